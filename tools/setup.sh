# Sourced by start, check and dev: installs the Debian packages that are missing, and configures a build.

say() { printf '==> %s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

# What is installed, also as a part of another package (npm, for one, comes with some packages of Node.js).
installed_packages() {
  dpkg-query -W -f '${db:Status-Status}, ${Package}, ${Provides}\n' | sed -n 's/^installed, //p' | tr ',' '\n' | sed 's/(.*//; s/ //g'
}

# install_packages [FILE...]: the packages of lists in tools/.
install_packages() {
  local wanted installed missing=() package
  wanted=$(cd tools && grep -hv '^#' packages.txt "$@")
  installed=$(installed_packages)
  for package in $wanted; do
    grep -qxF "$package" <<<"$installed" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || fail "These Debian packages are missing, and there is no sudo to install them: ${missing[*]}"
    root=(sudo)
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  "${root[@]}" apt-get update -qq || fail "apt-get update failed: is there a network?"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install: ${missing[*]}"
}

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null || fail "cmake could not configure the preset $preset"
  say "building what is not built yet ($preset)"
  ninja -C "build/$preset" "$@" || fail "the build failed; the first error above says why"
}
