#!/bin/sh
# A Chromium for the browser test: one that is here, else Debian's package where apt-get may be used,
# else the one Playwright brings. Usage: tests/install_browser.sh PYTHON
set -e

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null; then exit 0; fi
done

root=""
[ "$(id -u)" = 0 ] || root="sudo -n"
if grep -qs '^ID=debian' /etc/os-release && $root true 2>/dev/null; then
    echo "Installing Debian's Chromium for the browser test."
    export DEBIAN_FRONTEND=noninteractive
    $root apt-get update -qq
    $root apt-get install -qq --yes --no-install-recommends chromium >/dev/null
else
    echo "Installing Playwright's Chromium for the browser test."
    "$1" -m playwright install chromium
fi
