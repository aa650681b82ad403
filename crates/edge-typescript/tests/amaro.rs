//! What Node's amaro 1.1.5 answers, by text.

use edge_typescript::{Failure, Mode, Options, transform};

fn strip(source: &str) -> Result<String, Failure> {
    let options = Options { mode: Mode::StripOnly, filename: Some("f.ts".to_owned()), source_map: false };
    transform(source.to_owned(), &options).map(|output| output.code)
}

#[test]
fn types_become_blanks() {
    assert_eq!(strip("let a: number = 1;").unwrap(), "let a         = 1;");
    assert_eq!(strip("").unwrap(), "");
}

#[test]
fn errors_have_place_and_snippet() {
    let Err(Failure::Diagnostic(error)) = strip("let x = 1;\nenum A { B }\nlet y;\nlet z") else { panic!("an enum") };
    assert_eq!(error.code.as_deref(), Some("UnsupportedSyntax"));
    assert_eq!(error.message, "TypeScript enum is not supported in strip-only mode");
    assert_eq!(error.snippet.as_deref(), Some("let x = 1;\nenum A { B }\n^^^^^^^^^^^^\nlet y;\n"));
    assert_eq!((error.start_line, error.start_column, error.end_line, error.end_column), (Some(2), Some(0), Some(2), Some(12)));
    let Err(Failure::Diagnostic(error)) = strip("let x = 1;\n\tenum A {\n\t\tB,\n C\n }\nlet y;\nlet z\n\n") else { panic!("an enum") };
    let snippet = "    let x = 1;\n  >     enum A {\n            B,\n     C\n  >  }\n    let y;\n";
    assert_eq!(error.snippet.as_deref(), Some(snippet));
    let Err(Failure::Diagnostic(error)) = strip("let x =") else { panic!("nothing after =") };
    assert_eq!((error.code.as_deref(), error.snippet.as_deref()), (Some("InvalidSyntax"), Some("let x =\n")));
}

#[test]
fn transform_turns_syntax_into_code() {
    let options = Options { mode: Mode::Transform, filename: Some("f.ts".to_owned()), source_map: true };
    let output = transform("class A { constructor(private x) {} }".to_owned(), &options).unwrap();
    assert_eq!(output.code, "class A {\n    x;\n    constructor(x){\n        this.x = x;\n    }\n}\n");
    let map = r#"{"version":3,"sources":["f.ts"],"names":[],"mappings":"AAAA,MAAM;;IAAI,YAAY,AAAQ,CAAC,CAAE;aAAH,IAAA;IAAI;AAAE"}"#;
    assert_eq!(output.map.as_deref(), Some(map));
}
