"""Files as people send them."""

import io
import zipfile

import openpyxl

PARCEL_HEADINGS = ["快递单号", "目的地区划代码", "收件人", "收件人电话"]
EVENT_HEADINGS = ["单号", "事件", "时间", "站点代码", "说明"]


def csv_bytes(rows, encoding="utf-8", separator=",", end="\r\n"):
    return end.join(separator.join(map(str, row)) for row in rows).encode(encoding)


def workbook(rows, title="Sheet1"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_bytes(rows):
    return saved(workbook(rows))


def zip_bomb(megabytes=300):
    """A workbook whose sheet unpacks to far more than it weighs."""
    source = xlsx_bytes([EVENT_HEADINGS])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename.endswith("sheet1.xml"):
                with new.open(entry.filename, "w", force_zip64=True) as sheet:
                    for _ in range(megabytes):
                        sheet.write(b" " * 1024 * 1024)
            else:
                new.writestr(entry, old.read(entry))
    return out.getvalue()
