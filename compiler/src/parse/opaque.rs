//! `#[estimator(…, opaque)] fn f(z: f64 | &[f64], data…) -> f64`: a function that is called and not looked into.

use proc_macro2::Span;
use syn::{GenericArgument, ItemFn, Lifetime, PathArguments, Type, TypeParamBound};

use super::distribution::plain_name;
use super::draw::{DRAW, DrawType, draw_type, refuse_type};
use super::signature::{Parameter, check_plain, check_return, text};
use crate::errors::{Code, Errors, Fault};
use crate::ir::{Argument, ArgumentKind, Function, NormalForm, Whole};

/// Reads the signature of a function that is called whole, for the reason given. Returns the function and the
/// types of its arguments after the draw, with every lifetime that the signature leaves out called `'a`.
///
/// The first argument is the draw, `z: f64`, `z: &[f64]` or `z: &OneHot`. Further arguments may have any type that several threads can
/// share, by reference or copied.
///
/// # Errors
/// [`Code::BadSignature`] at everything in the signature that stands against calling the function from several threads with
/// arguments that are kept: generics, `impl Trait`, `&mut`, `self`, a draw of another type.
pub fn parse_opaque(item: &ItemFn, whole: Whole) -> Result<(Function, Vec<Type>), Errors> {
    let mut errors = Errors::new();
    let inputs = check_plain(item, &mut errors);
    check_return(item, "f64", &mut errors);
    let mut vector = false;
    let Some((draw, inputs)) = inputs.split_first() else {
        errors.push(Fault::over(
            Code::BadSignature,
            &item.sig.ident,
            "the function has no argument for the draw",
            DRAW,
        ));
        return Err(errors);
    };
    match draw_type(draw.kind) {
        Some(DrawType::Number) => {}
        Some(DrawType::Slice | DrawType::OneHot) => vector = true,
        None => errors.push(refuse_type(draw.name, draw.kind)),
    }
    let mut types = Vec::new();
    for input in inputs {
        let mut kind = input.kind.clone();
        Lifetimes { argument: input, errors: &mut errors }.name(&mut kind);
        types.push(kind);
    }
    errors.into_result()?;
    let argument =
        |input: &Parameter| Argument { name: plain_name(input.name), kind: ArgumentKind::Any, span: input.name.span() };
    let function = Function {
        name: plain_name(&item.sig.ident),
        span: item.sig.ident.span(),
        vector,
        arguments: inputs.iter().map(argument).collect(),
        normal_form: NormalForm { whole: Some(whole), ..NormalForm::default() },
    };
    Ok((function, types))
}

/// Names the lifetimes in the type of an argument, and refuses what cannot be an argument.
struct Lifetimes<'a, 'e> {
    argument: &'a Parameter<'a>,
    errors: &'e mut Errors,
}

impl Lifetimes<'_, '_> {
    fn name(&mut self, kind: &mut Type) {
        match kind {
            Type::Reference(reference) => {
                if reference.mutability.is_some() {
                    let help = "the function is called by several threads, in no fixed order: take a shared reference, and \
                                return the value";
                    self.refuse(&*reference, help);
                }
                match &mut reference.lifetime {
                    Some(lifetime) => name_lifetime(lifetime),
                    None => reference.lifetime = Some(named(reference.and_token.span)),
                }
                self.name(&mut reference.elem);
            }
            Type::ImplTrait(_) => {
                let help = "name the type, or take a trait object that threads can share, such as `&(dyn Fn(f64) -> f64 + Sync)`";
                self.refuse(&*kind, help);
            }
            Type::Array(array) => self.name(&mut array.elem),
            Type::Slice(slice) => self.name(&mut slice.elem),
            Type::Paren(inner) => self.name(&mut inner.elem),
            Type::Group(inner) => self.name(&mut inner.elem),
            Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|element| self.name(element)),
            Type::Path(path) => {
                if let Some(qualified) = &mut path.qself {
                    self.name(&mut qualified.ty);
                }
                self.path(&mut path.path);
            }
            Type::TraitObject(object) => object.bounds.iter_mut().for_each(|bound| self.bound(bound)),
            // Among them `fn(&T) -> &U`, whose lifetimes are its own.
            _ => {}
        }
    }

    fn bound(&mut self, bound: &mut TypeParamBound) {
        match bound {
            TypeParamBound::Trait(bound) => self.path(&mut bound.path),
            TypeParamBound::Lifetime(lifetime) => name_lifetime(lifetime),
            _ => {}
        }
    }

    fn path(&mut self, path: &mut syn::Path) {
        for segment in &mut path.segments {
            // The lifetimes of `Fn(&T) -> &U` are its own, too.
            let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
            for argument in &mut arguments.args {
                match argument {
                    GenericArgument::Lifetime(lifetime) => name_lifetime(lifetime),
                    GenericArgument::Type(kind) => self.name(kind),
                    GenericArgument::AssocType(associated) => self.name(&mut associated.ty),
                    GenericArgument::Constraint(constraint) => {
                        constraint.bounds.iter_mut().for_each(|bound| self.bound(bound));
                    }
                    _ => {}
                }
            }
        }
    }

    fn refuse(&mut self, kind: &impl quote::ToTokens, help: &str) {
        self.errors.push(Fault::over(
            Code::BadSignature,
            kind,
            format!("the argument `{}` is `{}`", self.argument.name, text(kind)),
            help,
        ));
    }
}

fn name_lifetime(lifetime: &mut Lifetime) {
    if lifetime.ident == "_" {
        *lifetime = named(lifetime.span());
    }
}

fn named(span: Span) -> Lifetime {
    Lifetime::new("'a", span.resolved_at(Span::call_site()))
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::super::interpreter::underlined;
    use super::*;
    use crate::ir::WholeReason;

    fn parse(source: &str) -> Result<(Function, Vec<Type>), Errors> {
        parse_opaque(&item(source), Whole { at: Span::call_site(), reason: WholeReason::Option })
    }

    fn item(source: &str) -> ItemFn {
        syn::parse_str(source).expect("a function")
    }

    fn refuse(source: &str) -> Vec<(Code, String)> {
        underlined(&parse(source).expect_err(source))
    }

    #[test]
    fn the_body_may_be_anything() {
        let source = "fn f(z: &[f64], network: &Network, depth: usize) -> f64 { loop { break unsafe { g(z)[0] } } }";
        let (function, _) = parse(source).expect("sound");
        assert!(function.vector && function.normal_form.whole.is_some());
        let kinds: Vec<ArgumentKind> = function.arguments.iter().map(|argument| argument.kind).collect();
        assert_eq!(kinds, [ArgumentKind::Any; 2]);
        let (scalar, types) = parse("fn f(z: f64) -> f64 { 0.0 }").expect("sound");
        assert!(!scalar.vector && types.is_empty());
    }

    #[test]
    fn lifetimes_get_a_name() {
        for (source, expected) in [
            ("&Network", "&'a Network"),
            ("&'static [&str]", "&'static [&'a str]"),
            ("Option<&[Edge<'_>; 3]>", "Option<&'a [Edge<'a>; 3]>"),
            ("(f64, &(dyn Fn(&f64) -> &f64 + Sync + '_))", "(f64, &'a (dyn Fn(&f64) -> &f64 + Sync + 'a))"),
            ("fn(&[f64]) -> f64", "fn(&[f64]) -> f64"),
            ("&dyn for<'b> Rule<'b, Item = &u8>", "&'a dyn for<'b> Rule<'b, Item = &'a u8>"),
            ("<&T as Trait>::Item", "<&'a T as Trait>::Item"),
        ] {
            let (_, types) = parse(&format!("fn f(z: f64, x: {source}) -> f64 {{ z }}")).expect(source);
            let expected: Type = syn::parse_str(expected).expect("a type");
            assert_eq!(types[0].to_token_stream().to_string(), expected.to_token_stream().to_string());
        }
    }

    #[test]
    fn what_cannot_be_called_from_several_threads_is_refused() {
        for (signature, guilty) in [
            ("f(z: f64, x: &mut Rng)", "&mut Rng"),
            ("f(z: f64, x: Option<&mut Rng>)", "&mut Rng"),
            ("f(z: f64, x: impl Fn(f64) -> f64)", "impl Fn(f64) -> f64"),
            ("f<T>(z: f64, x: &T)", "<T>"),
            ("f<'b>(z: f64, x: &'b u8)", "<'b>"),
            ("f(&self, z: f64)", "&self"),
            ("f(z: Vec<f64>)", "Vec<f64>"),
            ("f(z: &mut [f64])", "&mut [f64]"),
            ("f(z: f64, (x, y): (u8, u8))", "(x, y)"),
            ("f()", "f"),
        ] {
            let found = refuse(&format!("fn {signature} -> f64 {{ 0.0 }}"));
            assert_eq!(found[0], (Code::BadSignature, guilty.to_owned()), "{signature}");
        }
        assert_eq!(refuse("fn f(z: f64) -> f32 { 0.0 }"), [(Code::BadSignature, "f32".to_owned())]);
        let two = refuse("fn f(z: f64, x: &mut A, y: &mut B) -> f64 { 0.0 }");
        assert_eq!(two.len(), 2);
    }
}
