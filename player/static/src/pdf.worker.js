import "pdfjs/pdf.worker.mjs";
