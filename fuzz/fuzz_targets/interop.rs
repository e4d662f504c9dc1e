//! See `dss_fuzz::interop`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| dss_fuzz::interop(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    dss_fuzz::read_files(dss_fuzz::interop)
}
