#!/bin/sh
# Fetch the stylesheet, script and icons of others anew from their npm packages, at the versions named here, and write
# versions and checksums to VERSIONS. Needs npm, tar and sha256sum; run it from anywhere.
set -eu

BOOTSTRAP=5.3.8
HTMX=2.0.11
ICONS=1.13.2
# One icon a kind of resource (data/kinds.csv gives the codes), and those of the pages.
KINDS="rd_software:bezier2 instrument:rulers equipment:tools laboratory:thermometer-half concept_validation:lightbulb
pilot_testing:funnel inspection_certification:patch-check data:database technology:award open_source:git compute:cpu
ai_model:diagram-3 ai_agent:robot scenario:buildings compliance:shield-check quality_brand:star going_global:globe2"
PAGES="other:box-seam arrow:arrow-right check:check-lg search:search place:geo-alt price:tag time:clock seen:calendar-check
slots:layers close:x-lg filter:sliders warn:exclamation-triangle edit:pencil out:box-arrow-up-right lock:lock"

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for package in "bootstrap@$BOOTSTRAP" "htmx.org@$HTMX" "bootstrap-icons@$ICONS"; do
  name=${package%@*}
  mkdir "$name"
  tar -xzf "$(npm pack --silent "$package")" -C "$name" --strip-components=1
done

sed '/sourceMappingURL/d' bootstrap/dist/css/bootstrap.min.css >"$here/bootstrap.min.css"
cp htmx.org/dist/htmx.min.js "$here/htmx.min.js"
for package in bootstrap htmx.org bootstrap-icons; do
  cp "$package/LICENSE" "$here/LICENSE-$package"
done

{
  echo '<svg xmlns="http://www.w3.org/2000/svg">'
  for pair in $KINDS $PAGES; do
    paths=$(tr -d '\n' <"bootstrap-icons/icons/${pair#*:}.svg" | sed 's/^<svg[^>]*>//; s/<\/svg>.*$//; s/ *</</g')
    echo "<symbol id=\"${pair%%:*}\" viewBox=\"0 0 16 16\">$paths</symbol>"
  done
  echo '</svg>'
} >"$here/icons.svg"

cd "$here"
{
  echo "bootstrap $BOOTSTRAP (MIT)"
  echo "htmx.org $HTMX (0BSD)"
  echo "bootstrap-icons $ICONS (MIT)"
  sha256sum bootstrap.min.css htmx.min.js icons.svg
} >VERSIONS
