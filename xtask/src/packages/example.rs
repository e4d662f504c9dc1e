//! A README's examples as a program, in the way that rustdoc makes tests of them.

/// The program that runs every Rust example of a README, one after the other; none if there is no example.
pub(super) fn program(readme: &str) -> Option<String> {
    let examples = examples(readme);
    if examples.is_empty() {
        return None;
    }
    let functions = examples.iter().zip(1_u32..).map(|(body, number)| {
        let (result, verdict) = if body.trim_end().ends_with("(())") {
            (" -> Result<(), impl std::fmt::Debug>", ".unwrap()")
        } else {
            ("", "")
        };
        format!("    fn example_{number}(){result} {{\n{body}    }}\n    example_{number}(){verdict};\n")
    });
    Some(format!("fn main() {{\n{}}}\n", functions.collect::<String>()))
}

/// What stands in the blocks of Rust, with the lines that rustdoc hides.
fn examples(readme: &str) -> Vec<String> {
    let mut examples = Vec::new();
    let mut lines = readme.lines();
    while lines.by_ref().any(|line| line == "```rust") {
        let body = lines.by_ref().take_while(|line| *line != "```");
        examples.push(body.flat_map(|line| [line.strip_prefix("# ").unwrap_or(line), "\n"]).collect());
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_lines_are_part_of_the_program() {
        let readme = "# Title\n\n```rust\nlet one = 1;\n# assert_eq!(one, 1);\n# Ok::<(), String>(())\n```\n\n```sh\nls\n```\n\n```rust\nassert!(true);\n```\n";
        let expected = "fn main() {\n    fn example_1() -> Result<(), impl std::fmt::Debug> {\nlet one = 1;\nassert_eq!(one, 1);\n\
                        Ok::<(), String>(())\n    }\n    example_1().unwrap();\n    fn example_2() {\nassert!(true);\n    }\n    \
                        example_2();\n}\n";
        assert_eq!(program(readme).as_deref(), Some(expected));
    }

    #[test]
    fn a_readme_without_rust_is_no_program() {
        assert_eq!(program("# Title\n\n```sh\ncargo run\n```\n"), None);
    }
}
