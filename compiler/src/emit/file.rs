//! The text of emitted code: formatted, with the comments that name its sections.
//!
//! Comments are no tokens. While the emitter works they are documentation attributes behind a mark; `strip` removes
//! them from what the compiler gets and `format` turns them into line comments in what people read. Both come from one
//! stream, so that the text without its comments is the emitted code.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use crate::errors::bug;

/// Begins the text of a mark. Users' own documentation begins with a space or a letter.
const MARK: &str = "\u{a7}";

/// A comment before an item, a function or a statement; one line for each element.
pub(super) fn comment<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> TokenStream {
    lines
        .into_iter()
        .map(|line| {
            let text = format!("{MARK}{}", line.as_ref());
            quote! { #[doc = #text] }
        })
        .collect()
}

/// `#[doc]` attributes with the lines of `text`.
pub(super) fn documentation(text: &str) -> TokenStream {
    text.lines()
        .map(|line| {
            let line = if line.is_empty() { String::new() } else { format!(" {line}") };
            quote! { #[doc = #line] }
        })
        .collect()
}

/// The tokens without the comments.
pub(super) fn strip(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if is_mark(&group) => {
                // The `#` before the brackets.
                kept.pop();
            }
            TokenTree::Group(group) => {
                let mut stripped = Group::new(group.delimiter(), strip(group.stream()));
                stripped.set_span(group.span());
                kept.push(TokenTree::Group(stripped));
            }
            token @ (TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

/// Whether the group is `[doc = "§…"]`.
fn is_mark(group: &Group) -> bool {
    if group.delimiter() != Delimiter::Bracket {
        return false;
    }
    let mut tokens = group.stream().into_iter();
    let (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(equals)), Some(TokenTree::Literal(text))) =
        (tokens.next(), tokens.next(), tokens.next())
    else {
        return false;
    };
    name == "doc" && equals.as_char() == '=' && text.to_string().trim_start_matches('"').starts_with(MARK)
}

/// The formatted text, `header` as comment lines at its top.
pub(super) fn format(header: &[String], tokens: TokenStream) -> String {
    let file: syn::File = match syn::parse2(tokens) {
        Ok(file) => file,
        Err(error) => bug!("emit", "the emitted tokens are not a file: {error}"),
    };
    let mark = format!("///{MARK}");
    let mut text = String::new();
    for line in header {
        text.push_str(&commented(line));
    }
    text.push('\n');
    for line in prettyplease::unparse(&file).lines() {
        let indent = &line[..line.len() - line.trim_start().len()];
        match line.trim_start().strip_prefix(&mark) {
            Some(comment) => {
                let previous = text.trim_end().lines().last().unwrap_or("").trim_start();
                if !previous.starts_with("//") && !previous.ends_with('{') {
                    text.push('\n');
                }
                text.push_str(indent);
                text.push_str(&commented(comment));
            }
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

fn commented(line: &str) -> String {
    if line.is_empty() { "//\n".to_owned() } else { format!("// {line}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_without_comments_is_the_code() {
        let note = comment(["Prologue: b -> a_n", ""]);
        let docs = documentation("Law.\n\nMore.");
        let tokens = quote! {
            #docs
            struct A;
            impl A {
                #note
                fn f() -> f64 { let x = 2.0; x * x }
                #note
                fn g() {}
            }
        };
        let text = format(&["Opening.".to_owned()], tokens.clone());
        assert!(text.starts_with("// Opening.\n\n/// Law.\n///\n/// More.\nstruct A;\n"), "{text}");
        assert!(text.contains("impl A {\n    // Prologue: b -> a_n\n    //\n    fn f() -> f64 {\n"), "{text}");
        assert!(text.contains("    }\n\n    // Prologue"), "{text}");
        let read: syn::File = syn::parse_str(&text).expect("parses");
        let meant: syn::File = syn::parse2(strip(tokens)).expect("parses");
        assert_eq!(read, meant);
    }
}
