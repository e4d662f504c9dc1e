//! The file of a new project.

use super::core::{Core, Handle};
use super::fault::Place;
use crate::StoreError;

/// Makes the tables of a new project in an empty file and leaves its transaction open.
pub(super) fn begin_new(
    connection: rusqlite::Connection,
    place: Place,
    project: &crate::NewProject,
) -> Result<Core, StoreError> {
    let lift = |error| place.lift(error);
    super::schema::set_up_unshared(&connection).map_err(lift)?;
    super::schema::PROJECT.mark(&connection).map_err(lift)?;
    connection.execute_batch("BEGIN").map_err(lift)?;
    connection.execute_batch(super::schema::PROJECT_TABLES).map_err(lift)?;
    let created = connection.execute(
        "INSERT INTO project (only_row, project_id, created_at_ms, last_change_ms, clock, own_issued)
         VALUES (1, ?1, ?2, ?2, 0, 0)",
        (project.ids.id().to_bytes(), project.created_at_ms),
    );
    created.map_err(lift)?;
    let core = Core::new(Handle::Own(connection), place, true)?;
    core.write_ids(&project.ids)?;
    Ok(core)
}
