//! Graphs as Rust expressions, for numbers (`f64`), for packs (`L: Lane`) and for analytic numbers (`N: Analytic`).
//!
//! A node used once stands where it is used; one used more often, or too deep to read, gets a name: `t0`, `t1`, … in
//! graph order. In packs a product that is added to something is one `mul_add`, written out, because that is what the
//! arithmetic of a run is defined by; numbers use plain operators, since their `mul_add` may be a call into a library.
//!
//! The file is long because the match over all nodes and its small printers are read, and tested, in one piece.

use proc_macro2::TokenStream;
use quote::quote;

use super::branches::has_branches;
use super::literal;
use super::logistic;
use super::names::Scope;
use super::quotient::Quotient;
use super::sharing::named_nodes;
use crate::errors::bug;
use crate::ir::{Graph, Kummer, Node, NodeId, Primitive, Rational};
use crate::parse::options::Precision;

/// What the emitted expression computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    /// `f64`
    Number,
    /// A pack `L` whose scalar is known.
    Pack(Precision),
    /// A pack `L` over either scalar.
    AnyPack,
    /// A number `N` in which a log characteristic function is evaluated; `path` follows its branches.
    Analytic,
}

impl Arithmetic {
    /// An expression with more operations than this is cut by a `let`. Sums of packs are nested calls, which are harder
    /// to read than operators.
    const fn depth(self) -> usize {
        match self {
            Arithmetic::Number | Arithmetic::Analytic => 12,
            Arithmetic::Pack(_) | Arithmetic::AnyPack => 3,
        }
    }
}

/// How binding a printed expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Sum,
    Product,
    Unary,
    Atom,
}

/// A printed expression.
#[derive(Clone, Debug)]
pub(super) struct Printed {
    pub(super) tokens: TokenStream,
    pub(super) level: Level,
}

impl Printed {
    pub(super) fn atom(tokens: TokenStream) -> Self {
        Self { tokens, level: Level::Atom }
    }

    /// The expression as an operand of `as` or a method.
    pub(super) fn atom_tokens(&self) -> TokenStream {
        self.clone().at(Level::Atom)
    }

    /// The expression as an operand that needs at least `level`.
    pub(super) fn at(self, level: Level) -> TokenStream {
        let Self { tokens, level: own } = self;
        if own >= level {
            tokens
        } else {
            quote! { (#tokens) }
        }
    }
}

impl quote::ToTokens for Printed {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.tokens.clone());
    }
}

/// The statements and final expressions of a graph.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// `let` statements.
    pub(super) bindings: TokenStream,
    /// One expression for each output.
    pub(super) outputs: Vec<Printed>,
}

/// Prints the outputs of `graph`; `leaf` gives the tokens of parameters, data, draws and the variable.
pub(super) fn print(graph: &Graph, arithmetic: Arithmetic, scope: &Scope, leaf: &dyn Fn(&Node) -> TokenStream) -> Body {
    let mut printer = Printer { graph, arithmetic, leaf, names: vec![None; graph.len()] };
    let needs_name = named_nodes(graph, arithmetic.depth());
    let families = match arithmetic {
        Arithmetic::Number | Arithmetic::Analytic => Vec::new(),
        Arithmetic::Pack(_) | Arithmetic::AnyPack => logistic::families(graph),
    };
    let mut bindings = TokenStream::new();
    let mut count = 0;
    let mut name = || {
        count += 1;
        scope.local('t', count - 1)
    };
    for (id, _) in graph.iter() {
        if printer.is_named(id) {
            continue;
        }
        if let Some(family) = families.iter().find(|family| family.members.contains(&Some(id))) {
            let argument = printer.receiver(family.argument);
            let names = family.members.map(|member| match member {
                Some(member) => {
                    let name = name();
                    printer.names[member.0 as usize] = Some(quote! { #name });
                    quote! { #name }
                }
                None => quote! { _ },
            });
            bindings.extend(quote! { let [#(#names),*] = #argument.logistic(); });
        } else if needs_name[id.0 as usize] {
            let value = printer.node(id).tokens;
            let name = name();
            bindings.extend(quote! { let #name = #value; });
            printer.names[id.0 as usize] = Some(quote! { #name });
        }
    }
    let outputs = graph.outputs.iter().map(|&output| printer.operand(output)).collect();
    Body { bindings, outputs }
}

/// Prints the nodes of one graph; nodes with a name are printed as that.
pub(super) struct Printer<'a> {
    graph: &'a Graph,
    pub(super) arithmetic: Arithmetic,
    leaf: &'a dyn Fn(&Node) -> TokenStream,
    names: Vec<Option<TokenStream>>,
}

impl Printer<'_> {
    pub(super) fn is_named(&self, id: NodeId) -> bool {
        self.names[id.0 as usize].is_some()
    }

    /// The node's name, or the expression itself.
    fn operand(&self, id: NodeId) -> Printed {
        match &self.names[id.0 as usize] {
            Some(name) => Printed::atom(name.clone()),
            None => self.node(id),
        }
    }

    /// The node's own expression.
    fn node(&self, id: NodeId) -> Printed {
        match self.graph.node(id) {
            Node::Constant(_) | Node::Product(_) | Node::Power(..) => self.quotient(self.read(id)),
            Node::Pi => self.pi(),
            node @ (Node::TransformVariable
            | Node::Param(_)
            | Node::Sample
            | Node::Ridge
            | Node::Data(_)
            | Node::Draw(_)
            | Node::Input(_)
            | Node::Coordinate(_)) => Printed::atom((self.leaf)(node)),
            Node::Sum(terms) => self.sum(terms),
            Node::RealPower(base, exponent) => {
                let base = self.receiver(*base);
                let exponent = self.operand(*exponent).tokens;
                Printed::atom(match self.arithmetic {
                    Arithmetic::Analytic => quote! { #base.powf(#exponent, path) },
                    Arithmetic::Number | Arithmetic::Pack(_) | Arithmetic::AnyPack => quote! { #base.powf(#exponent) },
                })
            }
            Node::Call(primitive, argument) => self.call(*primitive, *argument),
            Node::Maximum(x, y) => self.choice("maximum", *x, *y),
            Node::Minimum(x, y) => self.choice("minimum", *x, *y),
            Node::Kummer(part, operands) => self.kummer(*part, *operands),
            Node::DrawSlope(slope, operands) => {
                let name = proc_macro2::Ident::new(slope.name(), proc_macro2::Span::call_site());
                let operands = operands.iter().map(|&operand| self.operand(operand).tokens);
                Printed::atom(quote! { #name(#(#operands),*) })
            }
            node @ (Node::ImaginaryUnit | Node::Frequency) => {
                bug!("emit", "{node:?} has no value in generated code")
            }
        }
    }

    pub(super) fn read(&self, id: NodeId) -> Quotient {
        Quotient::of(self.graph, id, &|factor| factor != id && self.is_named(factor))
    }

    /// The positive constant.
    pub(super) fn constant(&self, value: &Rational) -> Printed {
        let literal = literal::magnitude(value, self.precision(), false);
        if self.arithmetic == Arithmetic::Analytic && literal::is_exact(value) {
            return Printed::atom(quote! { N::real(#literal) });
        }
        self.splat(literal)
    }

    fn pi(&self) -> Printed {
        self.splat(literal::pi(self.precision(), false))
    }

    const fn precision(&self) -> Precision {
        match self.arithmetic {
            Arithmetic::Pack(precision) => precision,
            Arithmetic::Number | Arithmetic::AnyPack | Arithmetic::Analytic => Precision::F64,
        }
    }

    fn splat(&self, literal: proc_macro2::Literal) -> Printed {
        Printed::atom(match self.arithmetic {
            Arithmetic::Number => quote! { #literal },
            Arithmetic::Pack(_) => quote! { L::splat(#literal) },
            Arithmetic::AnyPack => quote! { L::constant(#literal) },
            Arithmetic::Analytic => quote! { N::rounded(#literal) },
        })
    }

    /// The node as the receiver of a method: a bare float literal needs its type there.
    fn receiver(&self, id: NodeId) -> TokenStream {
        let suffixed = match (self.arithmetic, self.graph.node(id)) {
            (Arithmetic::Number, Node::Constant(value)) => {
                let literal = literal::magnitude(value, Precision::F64, true);
                let negative = num_traits::Signed::is_negative(value);
                Some(if negative {
                    quote! { (-#literal) }
                } else {
                    quote! { #literal }
                })
            }
            (Arithmetic::Number, Node::Pi) => {
                let literal = literal::pi(Precision::F64, true);
                Some(quote! { #literal })
            }
            _ => None,
        };
        suffixed.unwrap_or_else(|| self.operand(id).at(Level::Atom))
    }

    fn call(&self, primitive: Primitive, argument: NodeId) -> Printed {
        if let Primitive::LnGamma | Primitive::Polygamma(_) = primitive {
            return self.gamma(primitive, argument);
        }
        let name = proc_macro2::Ident::new(primitive.name(), proc_macro2::Span::call_site());
        let is_free = match primitive {
            Primitive::Sigmoid | Primitive::LogSigmoid | Primitive::Softplus | Primitive::Sign => {
                self.arithmetic == Arithmetic::Number
            }
            Primitive::Exp
            | Primitive::ExpM1
            | Primitive::Ln
            | Primitive::Ln1p
            | Primitive::Sqrt
            | Primitive::Sin
            | Primitive::Cos
            | Primitive::Tan
            | Primitive::Sinh
            | Primitive::Cosh
            | Primitive::Tanh
            | Primitive::Atan
            | Primitive::LnGamma
            | Primitive::Polygamma(_)
            | Primitive::Abs => false,
        };
        Printed::atom(if is_free {
            let argument = self.operand(argument).tokens;
            quote! { #name(#argument) }
        } else if self.arithmetic == Arithmetic::Analytic && has_branches(primitive) {
            let receiver = self.receiver(argument);
            quote! { #receiver.#name(path) }
        } else {
            let receiver = self.receiver(argument);
            quote! { #receiver.#name() }
        })
    }

    /// `ln Γ` and its derivatives. Of these only the first is computed for samples.
    fn gamma(&self, primitive: Primitive, argument: NodeId) -> Printed {
        let order = match primitive {
            Primitive::Polygamma(order) => Some(proc_macro2::Literal::u32_unsuffixed(order)),
            _ => None,
        };
        Printed::atom(match (self.arithmetic, order) {
            (Arithmetic::Number, None) => {
                let argument = self.operand(argument).tokens;
                quote! { ln_gamma(#argument) }
            }
            (Arithmetic::Number, Some(order)) => {
                let argument = self.operand(argument).tokens;
                quote! { polygamma(#order, #argument) }
            }
            (Arithmetic::Analytic, None) => {
                let receiver = self.receiver(argument);
                quote! { #receiver.ln_gamma() }
            }
            (Arithmetic::Analytic, Some(order)) => {
                let receiver = self.receiver(argument);
                quote! { #receiver.polygamma(#order) }
            }
            (Arithmetic::Pack(_) | Arithmetic::AnyPack, _) if primitive == Primitive::Polygamma(0) => {
                let argument = self.operand(argument).tokens;
                quote! { digamma(#argument) }
            }
            (Arithmetic::Pack(_) | Arithmetic::AnyPack, _) => {
                bug!("emit", "`{}` once for each sample", primitive.name())
            }
        })
    }

    /// Kummer's function, which stands in characteristic functions only.
    fn kummer(&self, part: Kummer, [a, b, x]: [NodeId; 3]) -> Printed {
        if self.arithmetic != Arithmetic::Analytic {
            bug!("emit", "`{}` outside of a characteristic function", part.name());
        }
        let (x, a, b) = (self.receiver(x), self.operand(a).tokens, self.operand(b).tokens);
        Printed::atom(match part {
            Kummer::Value => quote! { #x.kummer(#a, #b) },
            Kummer::FirstSlope => quote! { #x.kummer_slopes(#a, #b)[0] },
            Kummer::SecondSlope => quote! { #x.kummer_slopes(#a, #b)[1] },
        })
    }

    fn choice(&self, name: &str, x: NodeId, y: NodeId) -> Printed {
        let name = proc_macro2::Ident::new(name, proc_macro2::Span::call_site());
        let y = self.operand(y).tokens;
        Printed::atom(if self.arithmetic == Arithmetic::Number {
            let x = self.operand(x).tokens;
            quote! { #name(#x, #y) }
        } else {
            let x = self.receiver(x);
            quote! { #x.#name(#y) }
        })
    }

    /// `base^exponent` for a positive exponent, as factors to be multiplied.
    fn power(&self, base: NodeId, exponent: u32) -> Vec<Printed> {
        match exponent {
            1 => vec![self.operand(base)],
            // The square of an interval is more than the product of it with itself.
            2 | 3 if self.arithmetic != Arithmetic::Analytic => vec![self.operand(base); exponent as usize],
            _ => {
                let base = self.receiver(base);
                let exponent = proc_macro2::Literal::u32_unsuffixed(exponent);
                vec![Printed::atom(quote! { #base.powi(#exponent) })]
            }
        }
    }

    pub(super) fn factors(&self, powers: &[(NodeId, u32)]) -> Vec<Printed> {
        powers.iter().flat_map(|&(base, exponent)| self.power(base, exponent)).collect()
    }

    pub(super) fn quotient(&self, quotient: Quotient) -> Printed {
        let Quotient { mut negative, constants, numerator, denominator } = quotient;
        let mut factors: Vec<Printed> = constants.iter().map(|value| self.constant(value)).collect();
        let is_pack = matches!(self.arithmetic, Arithmetic::Pack(_) | Arithmetic::AnyPack);
        if negative && is_pack && !constants.is_empty() {
            factors[0] = self.negative_constant(&constants[0]);
            negative = false;
        }
        factors.extend(self.factors(&numerator));
        let divisors = self.factors(&denominator);
        let unsigned = match (factors.is_empty(), divisors.is_empty()) {
            (true, true) if negative => {
                negative = false;
                self.negative_constant(&num_traits::One::one())
            }
            (true, true) => self.constant(&num_traits::One::one()),
            (true, false) => {
                let divisor = product(divisors).at(Level::Atom);
                Printed::atom(quote! { #divisor.recip() })
            }
            (false, true) => product(factors),
            (false, false) => {
                let (dividend, divisor) = (product(factors).at(Level::Product), product(divisors).at(Level::Unary));
                Printed { tokens: quote! { #dividend / #divisor }, level: Level::Product }
            }
        };
        if negative { negated(unsigned) } else { unsigned }
    }

    pub(super) fn negative_constant(&self, value: &Rational) -> Printed {
        let literal = literal::magnitude(value, self.precision(), false);
        Printed::atom(match self.arithmetic {
            Arithmetic::Number | Arithmetic::Analytic => return negated(self.constant(value)),
            Arithmetic::Pack(_) => quote! { L::splat(-#literal) },
            Arithmetic::AnyPack => quote! { L::constant(-#literal) },
        })
    }
}

/// `a * b * c`; only the first factor may itself be a product.
pub(super) fn product(factors: Vec<Printed>) -> Printed {
    let mut factors = factors.into_iter();
    let Some(first) = factors.next() else { bug!("emit", "a product without factors") };
    factors.fold(first, |product, factor| {
        let (product, factor) = (product.at(Level::Product), factor.at(Level::Unary));
        Printed { tokens: quote! { #product * #factor }, level: Level::Product }
    })
}

/// `-value`.
pub(super) fn negated(value: Printed) -> Printed {
    match value.level {
        // `-a * b` is `(-a) * b`: the same number, since a sign never rounds.
        Level::Product => Printed {
            tokens: {
                let tokens = value.tokens;
                quote! { -#tokens }
            },
            level: Level::Product,
        },
        Level::Sum | Level::Unary | Level::Atom => {
            let tokens = value.at(Level::Atom);
            Printed { tokens: quote! { -#tokens }, level: Level::Unary }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of one output over `u` and `n0`.
    fn text(arithmetic: Arithmetic, build: impl FnOnce(&mut Graph, NodeId, NodeId) -> NodeId) -> String {
        let mut graph = Graph::new();
        let (u, n) = (graph.push(Node::Ridge), graph.push(Node::Sample));
        let output = build(&mut graph, u, n);
        graph.outputs = vec![output];
        let scope = Scope::new(std::iter::empty());
        let leaf = |node: &Node| {
            if *node == Node::Ridge {
                quote! { u }
            } else {
                quote! { n }
            }
        };
        let Body { bindings, outputs } = print(&graph, arithmetic, &scope, &leaf);
        let function: syn::ItemFn = syn::parse_quote! { fn f() { #bindings #(#outputs)* } };
        let formatted = prettyplease::unparse(&syn::parse_quote! { #function });
        let lines: Vec<&str> = formatted.lines().map(str::trim).collect();
        lines[1..lines.len() - 1].join(" ")
    }

    const PACK: Arithmetic = Arithmetic::Pack(Precision::F64);

    #[test]
    fn operators_have_the_parentheses_they_need() {
        let difference = |g: &mut Graph, u, n| {
            let sum = g.subtract(u, n);
            let other = g.sum(vec![u, n]);
            let quotient = g.divide(sum, other);
            g.negate(quotient)
        };
        assert_eq!(text(Arithmetic::Number, difference), "-(u - n) / (u + n)");
        let nested = |g: &mut Graph, u, n| {
            let product = g.product(vec![u, n]);
            let inverse = g.power(product, -1);
            g.product(vec![u, inverse])
        };
        assert_eq!(text(Arithmetic::Number, nested), "u / (u * n)");
    }

    #[test]
    fn packs_add_products_with_one_rounding() {
        let horner = |g: &mut Graph, u, _| {
            let (two, three) = (g.integer(2), g.integer(-3));
            let step = g.product(vec![two, u]);
            let step = g.sum(vec![three, step]);
            let step = g.product(vec![u, step]);
            let one = g.integer(1);
            g.sum(vec![one, step])
        };
        let expected = "u.mul_add(u.mul_add(L::splat(2.0), L::splat(-3.0)), L::splat(1.0))";
        assert_eq!(text(PACK, horner), expected);
        assert_eq!(text(Arithmetic::Number, horner), "u * (2.0 * u - 3.0) + 1.0");
        assert_eq!(text(Arithmetic::Pack(Precision::F32), horner), expected.replace(".0", ".0_f32"));
        assert_eq!(text(Arithmetic::AnyPack, horner), expected.replace("splat", "constant"));
    }

    #[test]
    fn a_negative_product_is_subtracted_by_its_first_factor() {
        let logistic = |g: &mut Graph, u, n| {
            let minus_one = g.integer(-1);
            let product = g.product(vec![minus_one, u, n]);
            g.sum(vec![n, product])
        };
        assert_eq!(text(PACK, logistic), "(-u).mul_add(n, n)");
        let scaled = |g: &mut Graph, u, n| {
            let five = g.integer(-5);
            let product = g.product(vec![five, u, n]);
            g.sum(vec![u, product])
        };
        assert_eq!(text(PACK, scaled), "(u * n).mul_add(L::splat(-5.0), u)");
    }

    #[test]
    fn repeated_and_deep_nodes_are_named() {
        let square = |g: &mut Graph, u, _| {
            let e = g.call(Primitive::Exp, u);
            g.power(e, 2)
        };
        assert_eq!(text(PACK, square), "let t0 = u.exp(); t0 * t0");
        let deep = |g: &mut Graph, u, _| (0..8).fold(u, |x, _| g.call(Primitive::Sin, x));
        let expected = "let t0 = u.sin().sin().sin().sin(); t0.sin().sin().sin().sin()";
        assert_eq!(text(PACK, deep), expected);
    }

    #[test]
    fn functions_are_methods_or_free() {
        let call = |primitive| move |g: &mut Graph, u, _| g.call(primitive, u);
        assert_eq!(text(PACK, call(Primitive::Softplus)), "u.softplus()");
        assert_eq!(text(Arithmetic::Number, call(Primitive::Softplus)), "softplus(u)");
        assert_eq!(text(Arithmetic::Number, call(Primitive::ExpM1)), "u.exp_m1()");
        let constant = |g: &mut Graph, u, n| {
            let half = g.constant(Rational::new((-1).into(), 2.into()));
            let power = g.call(Primitive::Exp, half);
            let (high, seventh) = (g.push(Node::Maximum(u, n)), g.power(u, -7));
            g.product(vec![power, high, seventh])
        };
        assert_eq!(text(Arithmetic::Number, constant), "(-0.5_f64).exp() * maximum(u, n) / u.powi(7)");
        assert_eq!(text(PACK, constant), "L::splat(-0.5).exp() * u.maximum(n) / u.powi(7)");
    }
}
