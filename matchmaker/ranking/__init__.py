"""The ranking: a scikit-learn library of our own. It knows nothing of the web or the database."""
