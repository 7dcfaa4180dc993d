//! Lists of terms of one kind, each with a type of its own: `(First, (Second, ()))`.

/// The trait of such lists and of what visits them, for terms `$Term` with tables `$Table`.
macro_rules! term_list {
    ($kind:literal, $List:ident of $Term:ident in $Table:ident, $Visitor:ident, $VisitorMut:ident) => {
        #[doc = concat!("A list of ", $kind, " terms, `(First, (Second, ()))`.")]
        pub trait $List<E: Estimator>: 'static {
            /// What the engine keeps for each term: `(Table<First>, (Table<Second>, ()))`.
            type Tables: Send + Sync + 'static;
            /// Number of terms.
            const COUNT: usize;
            /// Empty tables.
            fn tables() -> Self::Tables;
            /// Calls `visitor` for each term.
            fn visit(tables: &Self::Tables, visitor: &mut impl $Visitor<E>);
            /// Calls `visitor` for each term, with its table to change.
            fn visit_mut(tables: &mut Self::Tables, visitor: &mut impl $VisitorMut<E>);
        }

        #[doc = concat!("Does something for each ", $kind, " term of an estimator, with its type known.")]
        pub trait $Visitor<E: Estimator> {
            /// Called once for each term.
            fn visit<T: $Term<E>>(&mut self, table: &$Table<E, T>);
        }

        #[doc = concat!("Changes the table of each ", $kind, " term of an estimator.")]
        pub trait $VisitorMut<E: Estimator> {
            /// Called once for each term.
            fn visit<T: $Term<E>>(&mut self, table: &mut $Table<E, T>);
        }

        impl<E: Estimator> $List<E> for () {
            type Tables = ();
            const COUNT: usize = 0;
            fn tables() {}
            #[inline(always)]
            fn visit((): &(), _: &mut impl $Visitor<E>) {}
            #[inline(always)]
            fn visit_mut((): &mut (), _: &mut impl $VisitorMut<E>) {}
        }

        impl<E: Estimator, First: $Term<E>, Rest: $List<E>> $List<E> for (First, Rest) {
            type Tables = ($Table<E, First>, Rest::Tables);
            const COUNT: usize = 1 + Rest::COUNT;
            fn tables() -> Self::Tables {
                ($Table::default(), Rest::tables())
            }
            #[inline(always)]
            fn visit((first, rest): &Self::Tables, visitor: &mut impl $Visitor<E>) {
                visitor.visit(first);
                Rest::visit(rest, visitor);
            }
            #[inline(always)]
            fn visit_mut((first, rest): &mut Self::Tables, visitor: &mut impl $VisitorMut<E>) {
                visitor.visit(first);
                Rest::visit_mut(rest, visitor);
            }
        }
    };
}
pub(super) use term_list;
