//! What the compiler says: one file for each refusal, with the message it gives, and programs it accepts.
//!
//! `TRYBUILD=overwrite` in the environment rewrites the messages. Read them before committing: the text says what was
//! found and what is needed, the help what to do, and the underline is under the smallest guilty expression.

#[test]
fn refusals_and_acceptances() {
    let cases = trybuild::TestCases::new();
    cases.pass("corpus/ui/ok/*.rs");
    cases.compile_fail("corpus/ui/err/*.rs");
}
