/// The page's style sheet: one set of variables for light and one for dark, which the figures use too.
enum PageStyle {
  static var css: String {
    """
    :root{color-scheme:light dark;\(variables(.light))--page:#f5f5f2;--line:#e3e3de;--good:#0b6b3a;--bad:#b3261e;\
    --warm:#fff6e0;--warmline:#e8c66a}
    @media (prefers-color-scheme:dark){:root{\(variables(.dark))--page:#121316;--line:#303238;--good:#5fd39b;\
    --bad:#ff9a90;--warm:#2c2614;--warmline:#7a6324}}
    \(inks)
    \(sheet)
    """
  }

  private static func variables(_ theme: Theme) -> String {
    Ink.all.map { "--\($0.name):\(theme.colour($0).hex);" }.joined()
  }

  private static var inks: String {
    Ink.all.map { ".f-\($0.name){fill:var(--\($0.name))}.k-\($0.name){stroke:var(--\($0.name))}" }.joined()
      + "[class^=k-]:not([class*=f-]){fill:none}"
  }

  private static let sheet = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--page);color:var(--text);\
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans","DejaVu Sans",sans-serif}
    main,header,footer{max-width:1180px;margin:0 auto;padding:0 24px}
    header{padding-top:44px}
    .over{margin:0;color:var(--s0);font-size:13px;font-weight:650;letter-spacing:.08em;text-transform:uppercase}
    h1{margin:4px 0 8px;font-size:34px;line-height:1.15;letter-spacing:-.02em;text-wrap:balance}
    h2{margin:0;font-size:23px;line-height:1.25;letter-spacing:-.01em}
    h3{margin:34px 0 10px;font-size:16px}
    .lede{margin:0;max-width:74ch;font-size:18px;color:var(--secondary)}
    nav{display:flex;flex-wrap:wrap;gap:8px;margin:22px 0 0;padding:0;list-style:none}
    nav a{padding:4px 13px;border:1px solid var(--line);border-radius:99px;background:var(--surface);\
    color:var(--text);font-size:14px;text-decoration:none}
    nav a:hover,nav a:focus-visible{border-color:var(--s0)}
    a{color:var(--s0)}
    .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:14px;margin:28px 0 0}
    .card{padding:15px 18px 16px;border:1px solid var(--line);border-radius:12px;background:var(--surface)}
    .card dt{color:var(--secondary);font-size:13.5px;line-height:1.35}
    .card dd{margin:3px 0 0;font-size:27px;font-weight:600;letter-spacing:-.02em;\
    line-height:1.25;overflow-wrap:anywhere}
    .card dd small{margin-left:.3em;color:var(--secondary);font-size:15px;font-weight:400;letter-spacing:0}
    .card .about{letter-spacing:0;font-weight:400;margin:5px 0 0;color:var(--secondary);font-size:13px;line-height:1.4}
    section{margin-top:56px;padding-top:26px;border-top:1px solid var(--line)}
    .what{margin:4px 0 0;max-width:80ch;color:var(--secondary)}
    .tag{margin-left:9px;padding:2px 9px;border-radius:99px;border:1px solid var(--line);color:var(--secondary);\
    font-size:12.5px;font-weight:500;letter-spacing:0;vertical-align:3px;white-space:nowrap}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,480px),1fr));gap:20px;\
    margin-top:22px}
    figure{margin:0;padding:16px 18px 18px;border:1px solid var(--line);border-radius:12px;background:var(--surface)}
    figure:only-child{max-width:760px}
    figure h3{margin:0 0 6px;font-size:16px}
    svg.figure{display:block;width:100%;height:auto;font-family:inherit}
    figcaption{margin-top:8px;font-size:14.5px;line-height:1.5}
    figcaption .fine{margin:6px 0 0;color:var(--secondary);font-size:13px}
    figcaption p{margin:0}
    figcaption pre{margin:6px 0 0;padding:0;background:none;color:var(--secondary);font-size:12px}
    code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;\
    font-size:.88em}
    pre{margin:10px 0 0;padding:8px 12px;border-radius:8px;background:var(--page);color:var(--text);font-size:12.5px;\
    line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere}
    .scroll{margin-top:12px;overflow-x:auto}
    table{border-collapse:collapse;font-size:14.5px;line-height:1.45;font-variant-numeric:tabular-nums}
    .scroll>table:not(.heat){min-width:min(100%,420px)}
    caption{padding-bottom:7px;text-align:left;color:var(--secondary);font-size:14px}
    caption b{color:var(--text);font-weight:600}
    th,td{padding:7px 18px 7px 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;\
    font-weight:400}
    thead th{color:var(--secondary);font-size:13px;font-weight:550;white-space:nowrap}
    tbody th{font-weight:550;white-space:nowrap}
    .n{text-align:right;white-space:nowrap}
    .w{min-width:22ch;max-width:64ch;color:var(--secondary)}
    .quiet{color:var(--secondary)}
    .set{font-weight:650}
    .heat th,.heat td{padding:7px 12px;border:1px solid var(--line);text-align:right;vertical-align:middle}
    .heat th{color:var(--secondary);font-weight:550;text-align:center}
    .heat tbody th{text-align:right}
    .matrices{display:flex;flex-wrap:wrap;gap:18px 40px;align-items:flex-start}
    .matrices>.scroll{max-width:100%}
    .hash{display:block;color:var(--secondary);font-size:11px;overflow-wrap:anywhere}
    .notes{margin:18px 0 0;padding:12px 18px;border:1px solid var(--warmline);border-radius:12px;\
    background:var(--warm);font-size:14.5px}
    .notes h3{margin:0;font-size:14.5px}
    .notes ul{margin:4px 0 0;padding-left:20px}
    .good{color:var(--good);font-weight:650;white-space:nowrap}
    .bad{color:var(--bad);font-weight:650;white-space:nowrap}
    details{margin-top:16px}
    summary{cursor:pointer;color:var(--secondary);font-size:14.5px;font-weight:550}
    footer{margin-top:64px;padding-top:18px;padding-bottom:44px;color:var(--secondary);font-size:13.5px}
    @media (max-width:640px){main,header,footer{padding-left:16px;padding-right:16px}h1{font-size:27px}\
    .lede{font-size:16.5px}figure{padding:12px}}
    @media print{@page{margin:14mm}body{background:none;font-size:10.5pt}main,header,footer{max-width:none;padding:0}\
    nav{display:none}figure,.card,tr,.notes{break-inside:avoid}h2,h3{break-after:avoid}\
    .figures{grid-template-columns:1fr 1fr}section{margin-top:26px}.scroll{overflow:visible}}
    """
}
