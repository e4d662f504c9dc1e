//! How long an operation would take, roughly, before it is started.

use crate::error::ServiceError;

/// Bytes of token documents that one second imports, counted low.
const IMPORT_BYTES_PER_S: u64 = 40 << 20;
/// Tokens that one second exports, counted low.
const EXPORT_TOKENS_PER_S: u64 = 150_000;
/// Part of the budget that an estimate may take.
const PERCENT: u64 = 80;

/// Milliseconds that every operation takes.
const START_MS: u64 = 20;

/// Milliseconds to import that many uncompressed bytes.
pub(crate) fn import_ms(bytes: u64) -> u64 {
    let reading = bytes.saturating_mul(1_000).checked_div(IMPORT_BYTES_PER_S);
    reading.unwrap_or(0).saturating_add(START_MS)
}

/// Milliseconds to export that many tokens.
pub(crate) fn export_ms(tokens: u64) -> u64 {
    let writing = tokens.saturating_mul(1_000).checked_div(EXPORT_TOKENS_PER_S);
    writing.unwrap_or(0).saturating_add(START_MS)
}

/// Whether work of that estimate should not be done while somebody waits `budget_ms`: it would use
/// more than 80 % of it.
///
/// ```
/// assert!(!dss_service::requires_background_job(24_000, 30_000));
/// assert!(dss_service::requires_background_job(24_001, 30_000));
/// ```
pub const fn requires_background_job(estimate_ms: u64, budget_ms: u64) -> bool {
    estimate_ms.saturating_mul(100) > budget_ms.saturating_mul(PERCENT)
}

/// Refuses work that does not fit the budget.
pub(crate) fn check(estimate_ms: u64, budget_ms: Option<u64>) -> Result<(), ServiceError> {
    match budget_ms {
        Some(budget_ms) if requires_background_job(estimate_ms, budget_ms) => {
            Err(ServiceError::BackgroundJobRequired { estimate_ms, budget_ms })
        }
        _ => Ok(()),
    }
}
