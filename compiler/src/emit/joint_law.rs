//! What a joint law has besides or in place of what laws of one variable have.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::expression::{self, Arithmetic};
use super::fields;
use super::law::{LawContext, emit_faulty_law, hand_over, implementation, independent, sampled, type_item, whole};
use super::literal;
use super::names::{Alias, Scope, plain_identifier};
use super::rust::parameter_pattern;
use super::sharing;
use crate::errors::{Errors, bug};
use crate::ir::display::infix_joint;
use crate::ir::{Frame, Image, JointLaw, JointSampler, JointStep, Node, ParamId};
use crate::kernel::lower::lower_sampler;
use crate::parse::options::Precision;
use crate::passes;

/// Emits a joint law: as [`emit_law`](super::law::emit_law), without what inversion and formulas read.
#[must_use]
pub fn emit_joint_law(law: &JointLaw, context: &LawContext) -> TokenStream {
    let mut errors = Errors::new();
    for graph in [&law.sampler.base.graph, &law.sampler.finish] {
        literal::check_constants(graph, Precision::F32, law.span, &mut errors);
    }
    if let Err(errors) = errors.into_result() {
        let faulty = emit_faulty_law(&Ident::new_raw(law.function.trim_start_matches("r#"), law.span), context);
        let errors = errors.to_compile_errors();
        return quote! { #faulty #errors };
    }
    let name = plain_identifier(&law.name, law.span);
    let mut log_cf = infix_joint(law);
    if let Some(Image::Normalised) = law.image {
        log_cf.push_str(", of ζ; the draw is z = ζ / Σ_j(ζ)");
    }
    let item = type_item(law.into(), &log_cf, &name, context);
    let alias = Alias::new(&syn::Path::from(name.clone()), "ThisLaw", law.parameters.len());
    let implementation = implementation(law.into(), &alias.path);
    let sampled = sampled(law.into(), &lower_sampler(&law.sampler.base), Some(&law.sampler), &alias.path);
    let parameters = fields::parameters(&law.parameters, &alias.path);
    let hand_over = hand_over(&law.function, &name, context);
    whole(&item, quote! { #implementation #sampled #parameters }, alias.definition, &hand_over, context)
}

/// The joint step, and what becomes of its result.
pub(super) fn coupling(law: Frame<'_>, joint: &JointSampler, scope: &Scope) -> TokenStream {
    let coupling = match joint.step {
        None => return independent(),
        Some(JointStep::Softmax) => quote! { type Coupling<S: Scalar> = Softmax; },
        Some(JointStep::Earliest(ParamId(simplex))) => {
            let simplex = Literal::usize_unsuffixed(simplex);
            quote! {
                type Coupling<S: Scalar> = Earliest;
                const COUPLED: Option<usize> = Some(#simplex);
            }
        }
        Some(JointStep::Cholesky(ParamId(sigma))) => {
            let sigma = Literal::usize_unsuffixed(sigma);
            quote! {
                type Coupling<S: Scalar> = Cholesky<S>;
                const COUPLED: Option<usize> = Some(#sigma);
            }
        }
    };
    let finish = passes::run(joint.finish.clone());
    let leaf = |node: &Node| match node {
        Node::Param(ParamId(index)) => {
            let name = scope.name(*index);
            quote! { L::splat(#name) }
        }
        Node::Input(_) => quote! { z },
        other => bug!("emit", "{other:?} in a sampler"),
    };
    let body = expression::print(&finish, Arithmetic::AnyPack, scope, &leaf);
    let (bindings, output) = (body.bindings, &body.outputs[0]);
    let used = |parameter| sharing::uses(&finish, |node| *node == Node::Param(parameter));
    let pattern = parameter_pattern(law.theta().len(), scope, used);
    let length = Literal::usize_unsuffixed(law.theta().len());
    quote! {
        #coupling
        #[inline(always)]
        fn finish<L: Lane>(#pattern: &[L::Scalar; #length], z: L) -> L {
            #bindings
            #output
        }
    }
}
