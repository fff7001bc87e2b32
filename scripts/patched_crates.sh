#!/usr/bin/env bash
# Unpacks the crates that are built with a patch of ours (vendor/NAME.patch) into vendor/NAME, where Cargo.toml looks for them: fetched by cargo from the registry
# as any other, then patched by git. Does nothing where that is done already. vendor/README.md says why there are such crates.
set -euo pipefail
cd "$(dirname "$0")/.."

# unpack NAME VERSION
unpack() {
    local name=$1 version=$2 mark fetch source
    mark=$(cksum <"vendor/$name.patch")
    [ "$(cat "vendor/$name/.patched" 2>/dev/null)" != "$version $mark" ] || return 0
    echo "patching the crate $name $version" >&2
    fetch=$(mktemp -d)
    mkdir "$fetch/src"
    : >"$fetch/src/lib.rs"
    printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2024"\n[dependencies]\n%s = "=%s"\n[workspace]\n' "$name" "$version" >"$fetch/Cargo.toml"
    cargo fetch --quiet --manifest-path "$fetch/Cargo.toml"
    source=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -mindepth 2 -maxdepth 2 -type d -name "$name-$version" | head -n 1)
    rm -rf "vendor/$name" "$fetch"
    [ -n "$source" ] || { echo "scripts/patched_crates.sh: cargo did not unpack $name $version into its registry" >&2; exit 1; }
    mkdir "vendor/$name"
    cp -r "$source/Cargo.toml" "$source/src" "vendor/$name/"
    # Outside of any repository: git would pass over ignored files of one.
    (cd "vendor/$name" && GIT_DIR=/nonexistent git apply -p1 "../$name.patch")
    echo "$version $mark" >"vendor/$name/.patched"
}

unpack spareval 0.2.9
