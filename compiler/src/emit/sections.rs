//! Ridge and separable sections as implementations of the runtime's traits.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use super::arguments::{Arguments, Reads};
use super::expression::{self, Arithmetic};
use super::file;
use super::sharing;
use super::summary;
use crate::errors::bug;
use crate::ir::{DataRef, Graph, Node, Rows};
use crate::kernel::program::{Inputs, Program, PullBack, RidgeSection, SeparableSection};
use crate::parse::options::{Packs, Precision};

/// What all sections of one estimator share.
pub(super) struct Sections<'a> {
    pub(super) program: &'a Program,
    pub(super) arguments: Arguments<'a>,
    pub(super) precision: Precision,
    pub(super) packs: Packs,
    /// How emitted code names the estimator's type.
    pub(super) estimator: TokenStream,
}

/// The type of a section's marker.
pub(super) fn ridge_name(index: usize) -> Ident {
    format_ident!("Ridge{index}", span = Span::call_site())
}

impl Sections<'_> {
    /// The scalar type of draws and per-sample work.
    pub(super) fn scalar(&self) -> TokenStream {
        match self.precision {
            Precision::F64 => quote! { f64 },
            Precision::F32 => quote! { f32 },
        }
    }

    /// ` and its derivatives of order 1, 2, 4` for comments.
    pub(super) fn orders(&self) -> String {
        let orders: Vec<String> = self.program.orders.iter().map(u32::to_string).collect();
        if orders.is_empty() {
            return String::new();
        }
        format!(" and its derivatives of order {}", orders.join(", "))
    }

    /// A ridge section.
    pub(super) fn ridge(&self, index: usize, section: &RidgeSection) -> TokenStream {
        let (name, estimator) = (ridge_name(index), &self.estimator);
        let count = section.numbers.outputs.len();
        let types = self.types(section.derivatives.outputs.len(), 1 + count, count);
        let rows = self.rows(&section.rows);
        let slope = self.data_function("slope", &section.slope, true);
        let offset = self.data_function("offset", &section.offset, false);
        let numbers = self.numbers(&section.numbers, "row");
        let derivatives = self.pack_function("derivatives", "u", &section.derivatives, count);
        let partials = self.pack_function("partials", "u", &section.partials, count);
        let pull_back = self.ridge_pull_back(section);
        let at_draw = self.at_draw(&section.at_draw, count);
        let stencils = self.stencils("u", &section.stencils, &section.at_draw, count);
        let known = self.program.exponentials.as_ref();
        let groups = known.map_or(0, |known| known.expansion.ridges[index].groups.len());
        let patterns = self.patterns(known.and_then(|known| known.ridge_patterns.get(index)), groups, "u");
        let opening = file::comment([format!(
            "Ridge term {index}: the sum over rows o of h(u_o), u_o = <A_o, z> + c_o; {} for each row.",
            summary::plural(count, "number")
        )]);
        let prologue =
            file::comment(["Prologue, once for each gradient: arguments -> slopes A_oj, offsets c_o, numbers."]);
        let sample = file::comment([
            format!("Sample, once for each sample and row: u -> h(u){}.", self.orders()),
            summary::operations(&section.derivatives),
        ]);
        let adjoint = file::comment(["The same for argument gradients: u -> h'(u), then by number."]);
        let epilogue =
            file::comment(["Epilogue of argument gradients, once for each row: chain rule to the arguments."]);
        let documentation = format!(" Ridge term {index} of the function.");
        quote! {
            #opening
            #[doc = #documentation]
            pub enum #name {}

            impl Ridge<#estimator> for #name {
                #types
                #prologue
                #rows
                #slope
                #offset
                #numbers
                #sample
                #derivatives
                #adjoint
                #partials
                #at_draw
                #stencils
                #patterns
                #epilogue
                #pull_back
            }
        }
    }

    /// The separable section.
    pub(super) fn separable(&self, section: &SeparableSection) -> TokenStream {
        let estimator = &self.estimator;
        let count = section.numbers.outputs.len();
        let types = self.types(section.derivatives.outputs.len(), count, count);
        let numbers = self.numbers(&section.numbers, "coordinate");
        let derivatives = self.pack_function("derivatives", "z", &section.derivatives, count);
        let partials = self.pack_function("partials", "z", &section.partials, count);
        let pull_back = self.numbers_pull_back(&section.numbers_pull_back, "coordinate");
        let stencils = self.stencils("z", &section.stencils, &Graph::new(), count);
        let known = self.program.exponentials.as_ref();
        let groups = known.and_then(|known| known.expansion.separable.as_ref()).map_or(0, |sum| sum.groups.len());
        let patterns = self.patterns(known.and_then(|known| known.separable_patterns.as_ref()), groups, "z");
        let opening = file::comment([format!(
            "Separable terms: the sum over coordinates j of g(z_j); {} for each coordinate.",
            summary::plural(count, "number")
        )]);
        let prologue = file::comment(["Prologue, once for each gradient: arguments -> numbers."]);
        let sample = file::comment([
            format!("Sample, once for each sample and coordinate: z -> g(z){}.", self.orders()),
            summary::operations(&section.derivatives),
        ]);
        let adjoint = file::comment(["The same for argument gradients: z -> derivatives by number."]);
        let epilogue =
            file::comment(["Epilogue of argument gradients, once for each coordinate: chain rule to the arguments."]);
        quote! {
            #opening
            #[doc = " The separable terms of the function."]
            pub enum Coordinates {}

            impl Separable<#estimator> for Coordinates {
                const PRESENT: bool = true;
                #types
                #prologue
                #numbers
                #sample
                #derivatives
                #adjoint
                #partials
                #stencils
                #patterns
                #epilogue
                #pull_back
            }
        }
    }

    fn types(&self, derivatives: usize, partials: usize, numbers: usize) -> TokenStream {
        let scalar = self.scalar();
        let [derivatives, partials, numbers] = [derivatives, partials, numbers].map(Literal::usize_unsuffixed);
        quote! {
            type Numbers = [#scalar; #numbers];
            type Derivatives<L: Lane<Scalar = #scalar>> = [L; #derivatives];
            type Partials<L: Lane<Scalar = #scalar>> = [L; #partials];
            const NUMBERS: usize = #numbers;
        }
    }

    pub(super) fn rows(&self, rows: &Rows) -> TokenStream {
        let (used, count) = match rows {
            Rows::One => (BTreeSet::new(), quote! { 1 }),
            Rows::Along(along) => match along.first() {
                Some(&first) => (BTreeSet::from([first]), self.arguments.row_count(first)),
                None => bug!("emit", "rows along nothing"),
            },
        };
        let parameter = self.arguments.parameter(&used);
        quote! {
            fn rows(#parameter) -> usize { #count }
        }
    }

    /// `slope` and `offset`: one number over data.
    fn data_function(&self, name: &str, graph: &Graph, by_coordinate: bool) -> TokenStream {
        let name = Ident::new(name, Span::call_site());
        let reads = self.arguments.reads([graph]);
        let parameter = self.arguments.parameter(&reads.arguments);
        let row = index("row", reads.row);
        let coordinate = if by_coordinate { index("coordinate", reads.coordinate) } else { TokenStream::new() };
        let body = self.single(graph);
        quote! {
            #[inline(always)]
            fn #name(#parameter, #row #coordinate) -> f64 { #body }
        }
    }

    /// The body of a function with one result over data; 0 if the graph has no output.
    pub(super) fn single(&self, graph: &Graph) -> TokenStream {
        if graph.outputs.is_empty() {
            return quote! { 0.0 };
        }
        let body = self.print_data(graph);
        let (bindings, output) = (body.bindings, &body.outputs[0]);
        quote! { #bindings #output }
    }

    pub(super) fn print_data(&self, graph: &Graph) -> expression::Body {
        expression::print(graph, Arithmetic::Number, &self.arguments.scope, &|node| self.arguments.leaf(node))
    }

    pub(super) fn numbers(&self, graph: &Graph, along: &str) -> TokenStream {
        let reads = self.arguments.reads([graph]);
        let parameter = self.arguments.parameter(&reads.arguments);
        let place = index(along, reads.row || reads.coordinate);
        let body = self.print_data(graph);
        let (bindings, scalar) = (body.bindings, self.scalar());
        let outputs = body.outputs.iter().map(|output| match self.precision {
            Precision::F64 => quote! { #output },
            Precision::F32 => {
                let output = output.atom_tokens();
                quote! { #output as f32 }
            }
        });
        let count = Literal::usize_unsuffixed(graph.outputs.len());
        quote! {
            #[inline(always)]
            fn numbers(#parameter, #place) -> [#scalar; #count] { #bindings [#(#outputs),*] }
        }
    }

    /// `derivatives` and `partials`: several packs from one pack and the numbers.
    fn pack_function(&self, name: &str, variable: &str, graph: &Graph, count: usize) -> TokenStream {
        self.function_of_packs(name, variable, &TokenStream::new(), &None, graph, count)
    }

    /// `at_draw`: the derivative that each stencil at the draw reads, for all coordinates.
    fn at_draw(&self, graph: &Graph, count: usize) -> TokenStream {
        if graph.outputs.is_empty() {
            return TokenStream::new();
        }
        let comment = file::comment([
            "Exact rules at the draw, once for each sample and row: u -> the derivative of each stencil.".to_owned(),
            summary::operations(graph),
        ]);
        let function = self.pack_function("at_draw", "u", graph, count);
        quote! { #comment #function }
    }

    /// `stencils`: what each stencil gets from one row or coordinate, if there are any; `weigh` where the derivatives are apart.
    fn stencils(&self, variable: &str, graph: &Graph, at_draw: &Graph, count: usize) -> TokenStream {
        let probes = &self.program.probes;
        if !probes.are_evaluated() {
            return TokenStream::new();
        }
        let directional = !probes.directional.is_empty();
        let uses = |index: usize| sharing::uses(graph, |node| *node == Node::Input(index));
        let named = |name: &str, index: usize| {
            let name = Ident::new(name, Span::call_site());
            if uses(index) {
                quote! { #name }
            } else {
                quote! { _ }
            }
        };
        let (value, slope) = (named("value", Inputs::VALUE), named("slope", Inputs::SLOPE));
        let (offset, vertex) = (named("offset", Inputs::OFFSET), named("vertex", Inputs::VERTEX));
        let apart = at_draw.outputs.len();
        let (packs, places) = match (directional, variable == "u") {
            (false, true) if apart > 0 => (
                quote! { #value: L, #slope: L, },
                "sample, row and coordinate: h(u), slope, derivatives, probes -> what the row adds to each",
            ),
            (false, true) => (
                quote! { #value: L, #slope: L, },
                "sample, row and coordinate: u, h(u), slope, probes -> what the row adds to each",
            ),
            (false, false) => {
                (quote! { #value: L, }, "sample and coordinate: z, g(z), probes -> what the coordinate adds to each")
            }
            (true, true) => (
                quote! { #offset: L, #vertex: L, },
                "sample, row and entry: u, c, slope, probes -> what the row adds to each",
            ),
            (true, false) => (
                quote! { #vertex: L, },
                "sample, coordinate and vertex: z, its entry, probes -> what the coordinate adds to each",
            ),
        };
        let numbers = self.program.probes.numbers.graph.outputs.len();
        let uses_any = (0..numbers).any(|index| uses(Inputs::NUMBERS + index));
        let named_inputs = |first: usize, count: usize| -> Vec<TokenStream> {
            let input = |index: usize| {
                let name = self.arguments.scope.local('p', index);
                if uses(Inputs::NUMBERS + index) {
                    quote! { #name }
                } else {
                    quote! { _ }
                }
            };
            (first..first + count).map(input).collect()
        };
        let (probes, derivatives) = (named_inputs(0, numbers), named_inputs(numbers, apart));
        let [numbers, apart_count] = [numbers, apart].map(Literal::usize_unsuffixed);
        let mut destructuring = uses_any.then(|| quote! { let &[#(#probes),*] = probes; });
        if apart > 0 {
            destructuring = Some(quote! { let &[#(#derivatives),*] = at_draw; #destructuring });
        }
        let probes = if uses_any {
            quote! { probes }
        } else {
            quote! { _ }
        };
        let apart_argument = (apart > 0).then(|| quote! { at_draw: &[L; #apart_count], });
        let arguments = quote! { #packs #apart_argument #probes: &[L; #numbers], };
        let comment =
            file::comment([format!("Exact rules, once for each {places} stencil."), summary::operations(graph)]);
        let name = match (directional, apart) {
            (true, _) => "directional",
            (false, 0) => "stencils",
            (false, _) => "weigh",
        };
        let function = self.function_of_packs(name, variable, &arguments, &destructuring, graph, count);
        quote! { #comment #function }
    }

    /// `&[n0, _]`, or `_` if nothing is used.
    pub(super) fn pattern(&self, letter: char, count: usize, is_used: impl Fn(usize) -> bool) -> TokenStream {
        let used: Vec<bool> = (0..count).map(is_used).collect();
        if !used.contains(&true) {
            return quote! { _ };
        }
        let names = used.iter().enumerate().map(|(index, &used)| {
            let name = self.arguments.scope.local(letter, index);
            if used {
                quote! { #name }
            } else {
                quote! { _ }
            }
        });
        quote! { &[#(#names),*] }
    }

    /// A function of a pack, of further `arguments` and of numbers.
    fn function_of_packs(
        &self,
        name: &str,
        variable: &str,
        arguments: &TokenStream,
        destructuring: &Option<TokenStream>,
        graph: &Graph,
        count: usize,
    ) -> TokenStream {
        let scope = &self.arguments.scope;
        let [name, variable_name] = [name, variable].map(|text| Ident::new(text, Span::call_site()));
        let is_variable = |node: &Node| matches!(node, Node::Ridge | Node::Sample);
        let variable = if sharing::uses(graph, is_variable) {
            quote! { #variable_name }
        } else {
            quote! { _ }
        };
        let pattern = self
            .pattern('n', count, |number| sharing::uses(graph, |node| *node == Node::Data(crate::ir::DataId(number))));
        let directional = !self.program.probes.directional.is_empty();
        let leaf = |node: &Node| match node {
            Node::Ridge | Node::Sample => quote! { #variable_name },
            Node::Data(number) => {
                let name = scope.local('n', number.0);
                quote! { L::splat(#name) }
            }
            Node::Input(Inputs::OFFSET) if directional => quote! { offset },
            Node::Input(Inputs::VERTEX) if directional => quote! { vertex },
            Node::Input(Inputs::VALUE) => quote! { value },
            Node::Input(Inputs::SLOPE) => quote! { slope },
            Node::Input(index) => {
                let name = scope.local('p', index - Inputs::NUMBERS);
                quote! { #name }
            }
            other => bug!("emit", "{other:?} in a sample section"),
        };
        let body = expression::print(graph, Arithmetic::Pack(self.precision), scope, &leaf);
        let (bindings, outputs, scalar) = (body.bindings, body.outputs, self.scalar());
        let [count, results] = [count, graph.outputs.len()].map(Literal::usize_unsuffixed);
        quote! {
            #[inline(always)]
            fn #name<L: Lane<Scalar = #scalar>>(#variable: L, #arguments #pattern: &[#scalar; #count]) -> [L; #results] {
                #destructuring
                #bindings
                [#(#outputs),*]
            }
        }
    }

    fn ridge_pull_back(&self, section: &RidgeSection) -> TokenStream {
        let mut reads = Reads::default();
        let slope = quote! { slope };
        let by_slope = self.chain(Some(&slope), &section.slope_pull_back, &mut reads);
        let by_coordinate = std::mem::take(&mut reads.coordinate);
        let in_loop = if by_slope.is_empty() {
            TokenStream::new()
        } else if by_coordinate {
            quote! { for (coordinate, &slope) in adjoint.slope.iter().enumerate() { #by_slope } }
        } else {
            quote! { for &slope in adjoint.slope { #by_slope } }
        };
        let by_offset = self.chain(Some(&quote! { adjoint.offset }), &section.offset_pull_back, &mut reads);
        let mut by_number = TokenStream::new();
        for (number, pull_back) in section.numbers_pull_back.iter().enumerate() {
            let number = Literal::usize_unsuffixed(number);
            by_number.extend(self.chain(Some(&quote! { adjoint.numbers[#number] }), pull_back, &mut reads));
        }
        let body = quote! { #in_loop #by_offset #by_number };
        let adjoint = if body.is_empty() {
            quote! { _ }
        } else {
            quote! { adjoint }
        };
        self.pull_back(&reads, &index("row", reads.row), &quote! { #adjoint: RidgeAdjoint<'_> }, &body)
    }

    /// The chain rule for numbers alone.
    pub(super) fn numbers_pull_back(&self, pull_backs: &[Vec<PullBack>], along: &str) -> TokenStream {
        let mut reads = Reads::default();
        let mut body = TokenStream::new();
        for (number, pull_back) in pull_backs.iter().enumerate() {
            let number = Literal::usize_unsuffixed(number);
            body.extend(self.chain(Some(&quote! { adjoint[#number] }), pull_back, &mut reads));
        }
        let adjoint = if body.is_empty() {
            quote! { _ }
        } else {
            quote! { adjoint }
        };
        self.pull_back(&reads, &index(along, reads.coordinate || reads.row), &quote! { #adjoint: &[f64] }, &body)
    }

    pub(super) fn pull_back(
        &self,
        reads: &Reads,
        place: &TokenStream,
        adjoint: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let parameter = self.arguments.parameter(&reads.arguments);
        let gradient = self.arguments.gradient_type();
        let out = if body.is_empty() {
            quote! { _ }
        } else {
            quote! { out }
        };
        quote! {
            fn pull_back(#parameter, #place #adjoint, #out: &mut #gradient) { #body }
        }
    }

    /// `out[…] += adjoint * derivative;` for each number that a quantity depends on; no adjoint stands for 1.
    pub(super) fn chain(
        &self,
        adjoint: Option<&TokenStream>,
        pull_back: &[PullBack],
        reads: &mut Reads,
    ) -> TokenStream {
        let mut product = Graph::new();
        let mut places = Vec::new();
        for PullBack { data, derivative } in pull_back {
            let data = self.program.data[data.0];
            if matches!(data, DataRef::Unit(_)) {
                continue;
            }
            // The ridge argument stands for the adjoint, which is no data.
            let factor = product.push(Node::Ridge);
            let derivative = product.import(derivative, derivative.output(), |_, _| None);
            let value = match product.node(derivative) {
                _ if adjoint.is_none() => derivative,
                Node::Constant(one) if num_traits::One::is_one(one) => factor,
                _ => product.product(vec![factor, derivative]),
            };
            product.outputs.push(value);
            places.push(data);
            let mut place = Reads::default();
            self.arguments.read(data, &mut place);
            reads.row |= place.row;
            reads.coordinate |= place.coordinate;
        }
        let needed = self.arguments.reads([&product]);
        reads.arguments.extend(needed.arguments);
        reads.row |= needed.row;
        reads.coordinate |= needed.coordinate;
        let leaf = |node: &Node| match node {
            Node::Ridge => adjoint.cloned().unwrap_or_default(),
            other => self.arguments.leaf(other),
        };
        let body = expression::print(&product, Arithmetic::Number, &self.arguments.scope, &leaf);
        let additions =
            places.iter().zip(&body.outputs).map(|(&data, value)| self.arguments.accumulate(data, &quote! { #value }));
        let (bindings, additions) = (body.bindings, additions.collect::<TokenStream>());
        quote! { #bindings #additions }
    }
}

/// `name: usize,`, nameless if it is not used.
pub(super) fn index(name: &str, used: bool) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    if used {
        quote! { #name: usize, }
    } else {
        quote! { _: usize, }
    }
}
