//! The `yutu` program: everything is in the library.

fn main() -> std::process::ExitCode {
    yutu::cli::main()
}
