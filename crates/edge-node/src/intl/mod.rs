//! `Intl`, as far as it is there: `Intl.Segmenter` and `Intl.getCanonicalLocales`. Nothing else of ECMA-402 is, and so has no name here:
//! programs test for the parts they can do without. `process.config` and `process.versions` go on saying that there is no Intl.
//!
//! The segments are ICU4X's. They are the same in every language; a locale is only read and given back.

mod install;
mod locales;
mod segmenter;
mod segments;

pub use install::install;

use edge_napi::Native;

/// The natives; part of [`crate::native_table`].
pub const NATIVES: &[Native] = crate::natives!("intl";
    "getCanonicalLocales" => locales::get_canonical_locales,
    "Segmenter" => segmenter::construct,
    "Segmenter#segment" => segmenter::segment,
    "Segmenter#resolvedOptions" => segmenter::resolved_options,
    "Segmenter.supportedLocalesOf" => locales::get_canonical_locales,
    "Segments" => segments::construct,
    "Segments#containing" => segments::containing,
    "Segments#iterator" => segments::iterate,
    "SegmentIterator" => segments::construct,
    "SegmentIterator#next" => segments::next,
);
