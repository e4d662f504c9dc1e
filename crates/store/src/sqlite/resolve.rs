use super::core::Core;
use crate::{ReferenceFinding, StoreError, Visit};
impl Core {
    pub(super) fn resolve_references(
        &mut self,
        _each: &mut dyn FnMut(ReferenceFinding) -> Visit,
    ) -> Result<(), StoreError> {
        self.ensure_indexes()
    }
}
