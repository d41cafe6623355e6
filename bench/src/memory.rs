//! Memory of processes, from `/proc`.

use std::fs;

/// Most memory that a process had since it began or since [`forget_peak`], kB; 0 if it is gone.
pub fn peak(process: &str) -> u64 {
    field(process, "VmHWM:")
}

/// Memory that a process has now, kB; 0 if it is gone.
pub fn resident(process: &str) -> u64 {
    field(process, "VmRSS:")
}

/// Has the kernel begin anew with the peak of a process, at what it has now. What is gone has none.
pub fn forget_peak(process: &str) {
    // A process that ended meanwhile is the only reason why this fails for one's own.
    let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
}

fn field(process: &str, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_seen_and_forgotten() {
        const SIZE: u64 = 64 << 20;
        forget_peak("self");
        let before = peak("self");
        assert!(before >= resident("self") / 2 && before > 0);
        let block = std::hint::black_box(vec![1u8; SIZE as usize]);
        assert!(peak("self") >= before + SIZE / 1024 / 2);
        drop(block);
        forget_peak("self");
        assert!(peak("self") < before + SIZE / 1024 / 2);
        assert_eq!((peak("0"), resident("nobody")), (0, 0));
    }
}
