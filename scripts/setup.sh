#!/usr/bin/env bash
# Checks for what the build needs, and installs what is missing by apt-get where it may (as root, or by sudo without a password);
# else says what to install. Silent where nothing is missing.
# Usage: scripts/setup.sh [--ci]     --ci: also what the checks need (rustfmt, clippy, python3), and Rust itself by rustup
set -euo pipefail
cd "$(dirname "$0")/.."
ci=false
[ "${1:-}" != --ci ] || ci=true

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
    zh*) say() { echo "$1" >&2; } ;;
    *) say() { echo "$2" >&2; } ;;
esac

wanted_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
# A rustup of this user that the shell does not know yet.
[ ! -d "$HOME/.cargo/bin" ] || export PATH="$PATH:$HOME/.cargo/bin"

# Debian packages that are missing. RocksDB is compiled from C++, its bindings are made by libclang.
packages=()
command -v c++ >/dev/null 2>&1 || packages+=(g++)
command -v cc >/dev/null 2>&1 || packages+=(gcc libc6-dev)
command -v make >/dev/null 2>&1 || packages+=(make)
command -v git >/dev/null 2>&1 || packages+=(git)
has_libclang() {
    # Not `grep -q`: it would end the pipe early, which pipefail takes for a failure.
    [ -n "${LIBCLANG_PATH:-}" ] || compgen -G '/usr/lib/llvm-*/lib/libclang*.so*' >/dev/null || compgen -G '/usr/lib*/libclang*.so*' >/dev/null ||
        { /sbin/ldconfig -p 2>/dev/null || true; } | grep 'libclang[-.0-9]*so' >/dev/null
}
# clang's own headers (stddef.h), which libclang-dev brings.
has_clang_headers() {
    compgen -G '/usr/lib*/clang/*/include/stddef.h' >/dev/null || compgen -G '/usr/lib/llvm-*/lib/clang/*/include/stddef.h' >/dev/null
}
if ! has_libclang || ! has_clang_headers; then packages+=(libclang-dev); fi
if $ci; then
    command -v python3 >/dev/null 2>&1 || packages+=(python3)
    command -v curl >/dev/null 2>&1 || packages+=(curl)
    [ -e /etc/ssl/certs/ca-certificates.crt ] || packages+=(ca-certificates)
fi

if [ ${#packages[@]} -gt 0 ]; then
    as_root=()
    may_install=true
    if [ "$(id -u)" -ne 0 ]; then
        if sudo -n true 2>/dev/null; then as_root=(sudo -n); else may_install=false; fi
    fi
    if $may_install && command -v apt-get >/dev/null 2>&1; then
        say "正在安装：${packages[*]}" "installing: ${packages[*]}"
        # DEBIAN_FRONTEND goes through `env`, since sudo drops variables.
        "${as_root[@]}" apt-get update -qq >&2
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
    else
        say "缺少编译所需的软件，请先安装（Debian/Ubuntu）：" "the build needs software that is missing. On Debian or Ubuntu:"
        echo "    sudo apt-get install ${packages[*]}" >&2
        say "其他系统请安装 C++ 编译器、make 和 libclang。" "Elsewhere: a C++ compiler, make and libclang."
        exit 1
    fi
fi

# Rust.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }
rust_version() { rustc --version 2>/dev/null | awk '{print $2}'; }
rust_is_new() { command -v cargo >/dev/null 2>&1 && have=$(rust_version) && [ -n "$have" ] && at_least "$wanted_rust" "$have"; }
if ! rust_is_new && $ci; then
    if command -v rustup >/dev/null 2>&1; then
        rustup toolchain install stable --profile minimal >&2
        rustup default stable >&2
    else
        say "正在用 rustup 安装 Rust" "installing Rust by rustup"
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal --no-modify-path >&2
        export PATH="$HOME/.cargo/bin:$PATH"
    fi
    hash -r
fi
if ! rust_is_new; then
    have=$(rust_version || true)
    say "需要 Rust ${wanted_rust} 或更新版本（现有：${have:-无}）。" "Rust ${wanted_rust} or newer is needed (found: ${have:-none})."
    if command -v rustup >/dev/null 2>&1; then
        echo "    rustup update stable && rustup default stable" >&2
    else
        echo "    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh" >&2
        say "然后重新打开终端。" "Then open a new terminal."
    fi
    exit 1
fi
if $ci; then
    for part in fmt clippy; do
        cargo "$part" --version >/dev/null 2>&1 || rustup component add "${part/fmt/rustfmt}" >&2
    done
fi

# Crates with a patch of ours.
scripts/patched_crates.sh
