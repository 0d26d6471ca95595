package media

// codecName is the short name of a sample entry, "unknown" for the rest.
func codecName(four string) string {
	switch four {
	case "avc1", "avc3":
		return "h264"
	case "hvc1", "hev1", "dvh1", "dvhe":
		return "hevc"
	case "av01":
		return "av1"
	case "vp09":
		return "vp9"
	case "vp08":
		return "vp8"
	case "mp4v":
		return "mpeg4"
	case "apcn", "apch", "apcs", "apco", "ap4h", "ap4x":
		return "prores"
	case "jpeg", "mjpa", "mjpb":
		return "mjpeg"
	case "mp4a":
		return "aac"
	case "Opus":
		return "opus"
	case "fLaC":
		return "flac"
	case ".mp3":
		return "mp3"
	case "ac-3", "ec-3", "alac":
		return four
	case "sowt", "twos", "lpcm", "in24", "in32", "fl32", "ipcm", "raw ":
		return "pcm"
	case "encv", "enca":
		return "encrypted"
	}
	return "unknown"
}
