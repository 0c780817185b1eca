"""`python -m matchmaker_client` is `matchmaker-refer`."""

import sys

from matchmaker_client.command import main

sys.exit(main())
