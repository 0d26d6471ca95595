// The core of pdf.js, loaded only when a PDF comes near the screen.
import { getDocument, PDFWorker, VerbosityLevel } from "pdfjs/pdf.mjs";

window.passalongPDF = { getDocument, PDFWorker, VerbosityLevel };
