//! An error as amaro hands it to Node's library.

use crate::snippet::snippet;
use std::cell::RefCell;
use std::rc::Rc;
use swc_common::SourceMap;
use swc_common::errors::{DiagnosticBuilder, DiagnosticId, Emitter};
use swc_common::sync::Lrc;

/// The members of the object that amaro throws; lines count from 1, columns from 0 and in columns of a terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Diagnostic {
    /// `InvalidSyntax` or `UnsupportedSyntax`.
    pub code: Option<String>,
    pub message: String,
    /// The lines around, the place underlined.
    pub snippet: Option<String>,
    pub filename: Option<String>,
    pub start_line: Option<usize>,
    pub start_column: Option<usize>,
    pub end_line: Option<usize>,
    pub end_column: Option<usize>,
}

/// Gathers what swc reports. Clones share what was gathered.
#[derive(Clone)]
pub(crate) struct Collector {
    map: Lrc<SourceMap>,
    first: Rc<RefCell<Option<Diagnostic>>>,
}

impl Collector {
    pub(crate) fn new(map: Lrc<SourceMap>) -> Self {
        Self { map, first: Rc::default() }
    }

    /// The first error, if any.
    pub(crate) fn first(&self) -> Option<Diagnostic> {
        self.first.borrow().clone()
    }
}

impl Emitter for Collector {
    fn emit(&mut self, report: &mut DiagnosticBuilder<'_>) {
        if self.first.borrow().is_some() {
            return;
        }
        let span = report.span.primary_span();
        let start = span.and_then(|span| self.map.try_lookup_char_pos(span.lo()).ok());
        let end = span.and_then(|span| self.map.try_lookup_char_pos(span.hi()).ok());
        let code = match &report.code {
            Some(DiagnosticId::Error(code) | DiagnosticId::Lint(code)) => Some(code.clone()),
            None => None,
        };
        *self.first.borrow_mut() = Some(Diagnostic {
            code,
            message: report.message.first().map(|part| part.0.clone()).unwrap_or_default(),
            snippet: span.zip(start.as_ref()).map(|(span, start)| {
                let at = |position: swc_common::BytePos| (position.0.saturating_sub(start.file.start_pos.0)) as usize;
                snippet(&start.file.src, at(span.lo())..at(span.hi()))
            }),
            filename: start.as_ref().map(|start| start.file.name.to_string()),
            start_line: start.as_ref().map(|start| start.line),
            start_column: start.as_ref().map(|start| start.col_display),
            end_line: end.as_ref().map(|end| end.line),
            end_column: end.as_ref().map(|end| end.col_display),
        });
    }
}
