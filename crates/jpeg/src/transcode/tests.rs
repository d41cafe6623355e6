use crate::header::Limits;
#[test]
fn dev_convert() {
    let Ok(list) = std::env::var("DEV_LIST") else { return };
    for line in std::fs::read_to_string(list).unwrap().lines() {
        let (from, to) = line.split_once('\t').unwrap();
        let bytes = std::fs::read(from).unwrap();
        let t = std::time::Instant::now();
        match super::to_baseline(&bytes, &Limits::default()) {
            Ok(out) => {
                println!("ok {} -> {} in {:?} {from}", bytes.len(), out.len(), t.elapsed());
                let again = super::decode(&out, &Limits::default()).unwrap();
                let first = super::decode(&bytes, &Limits::default()).unwrap();
                assert!(again.coefficients == first.coefficients, "{from}");
                std::fs::write(to, out).unwrap();
            }
            Err(e) => println!("ERR {e} {from}"),
        }
    }
}
