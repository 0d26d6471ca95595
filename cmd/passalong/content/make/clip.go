//go:build ignore

// This program draws the demo's clip and plays its music: a light that is
// passed from hand to hand until a whole crowd glows.
//
//	go run clip.go OUT.mp4 POSTER.jpg
//
// It needs ffmpeg for the encoding only; every pixel and every note is
// computed here, from one fixed seed.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
)

const (
	width, height = 960, 540
	rate, length  = 24, 24.0 // pictures per second, seconds
	hertz         = 44100
)

// person is one light: where it stands, from whom and when it is lit.
type person struct {
	x, y       float64
	parent     int
	depth      int
	leaves, at float64 // when the light left the parent
	lit        float64
	tone       float64
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run clip.go OUT.mp4 POSTER.jpg")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out, poster string) error {
	crowd := grow(rand.New(rand.NewPCG(7, 11)))
	sound, err := os.CreateTemp("", "bed-*.wav")
	if err != nil {
		return err
	}
	defer os.Remove(sound.Name())
	if _, err := sound.Write(music(crowd)); err != nil {
		return err
	}
	if err := sound.Close(); err != nil {
		return err
	}
	cmd := exec.Command("ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", fmt.Sprintf("%dx%d", width, height),
		"-r", fmt.Sprint(rate), "-i", "-", "-i", sound.Name(), "-c:v", "libx264", "-profile:v", "main", "-pix_fmt", "yuv420p",
		"-preset", "slow", "-crf", "25", "-maxrate", "900k", "-bufsize", "1800k", "-g", "48", "-c:a", "aac", "-b:a", "80k",
		"-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart", "-shortest", out)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s := newSheet()
	for i := range int(length * rate) {
		s.draw(crowd, float64(i)/rate)
		if _, err := in.Write(s.rgb); err != nil {
			return err
		}
		if i == 17*rate {
			if err := s.save(poster); err != nil {
				return err
			}
		}
	}
	if err := in.Close(); err != nil {
		return err
	}
	return cmd.Wait()
}

// grow places the crowd as a dandelion: each generation a ring, each branch a
// sector as wide as what it carries.
func grow(r *rand.Rand) []person {
	counts := [][]int{{3}, {2, 3, 2}, {2, 3, 4}, {1, 2, 3}, {0, 1, 2, 3}, {0, 0, 1, 2}}
	all := []person{{parent: -1, lit: 0.8}}
	for i := 0; i < len(all); i++ {
		d := all[i].depth
		if d >= len(counts) || len(all) > 230 {
			continue
		}
		n := counts[d][r.IntN(len(counts[d]))]
		for k := range n {
			wait := 0.35 + 0.75*r.Float64() + 0.45*float64(k)
			travel := 0.9 + 0.5*r.Float64()
			if d == 0 {
				wait, travel = []float64{1.9, 4.0, 5.2}[k], 1.5
			}
			if d == 1 && i == 1 {
				wait += 0.2
			}
			all = append(all, person{parent: i, depth: d + 1, at: all[i].lit + wait, lit: all[i].lit + wait + travel, tone: r.Float64()})
		}
	}
	for i := len(all) - 1; i > 0; i-- {
		all[i].leaves = max(all[i].leaves, 1)
		all[all[i].parent].leaves += all[i].leaves
	}
	from := make([]float64, len(all))
	span := make([]float64, len(all))
	from[0], span[0] = -2.2, 2*math.Pi
	used := make([]float64, len(all))
	for i := 1; i < len(all); i++ {
		p := all[i].parent
		span[i] = span[p] * all[i].leaves / all[p].leaves
		from[i] = from[p] + used[p]
		used[p] += span[i]
		angle := from[i] + span[i]/2
		ring := 48 * float64(all[i].depth) * (0.93 + 0.16*all[i].tone)
		all[i].x, all[i].y = 1.46*ring*math.Cos(angle), 0.84*ring*math.Sin(angle)
	}
	return all
}

// sheet is the picture in linear light.
type sheet struct {
	light        []float32
	rgb          []byte
	tone         [65536]byte
	zoom, ox, oy float64
	noise        *rand.Rand
	dust         [70][4]float64
	grain        []float32
}

func newSheet() *sheet {
	s := &sheet{light: make([]float32, width*height*3), rgb: make([]byte, width*height*3), noise: rand.New(rand.NewPCG(1, 2))}
	for i := range s.tone {
		s.tone[i] = byte(255 * math.Pow(1-math.Exp(-float64(i)/16384), 1/2.2))
	}
	s.grain = make([]float32, width*height)
	for i := range s.grain {
		s.grain[i] = s.noise.Float32() - 0.5
	}
	for i := range s.dust {
		s.dust[i] = [4]float64{s.noise.Float64(), s.noise.Float64(), s.noise.Float64(), s.noise.Float64()}
	}
	return s
}

func smooth(a, b, t float64) float64 {
	t = min(1, max(0, (t-a)/(b-a)))
	return t * t * (3 - 2*t)
}

var (
	ember = [3]float64{1.0, 0.30, 0.075}
	core  = [3]float64{1.0, 0.74, 0.42}
	night = [3]float64{0.30, 0.36, 0.50}
)

// splat adds a soft round light at a place of the picture.
func (s *sheet) splat(x, y, radius, power float64, c [3]float64) {
	reach := radius * 2.6
	for py := max(0, int(y-reach)); py <= min(height-1, int(y+reach)); py++ {
		for px := max(0, int(x-reach)); px <= min(width-1, int(x+reach)); px++ {
			dx, dy := float64(px)-x, float64(py)-y
			d := (dx*dx + dy*dy) / (radius * radius)
			if d > 6.76 {
				continue
			}
			k := power * (math.Exp(-d) - 0.00116)
			at := (py*width + px) * 3
			for i := range 3 {
				s.light[at+i] += float32(k * c[i])
			}
		}
	}
}

func (s *sheet) place(x, y float64) (float64, float64) {
	return width/2 + (x-s.ox)*s.zoom, height/2 + (y-s.oy)*s.zoom
}

func (s *sheet) draw(crowd []person, t float64) {
	out := smooth(3.5, 16.5, t)
	s.zoom = 4.2*(1-out) + 1.0*out + 0.02*math.Sin(t/3)
	first := crowd[1]
	lean := smooth(2, 5, t) * (1 - smooth(5, 12, t))
	s.ox, s.oy = first.x*0.5*lean, first.y*0.5*lean
	fade := smooth(0, 1.2, t) * (1 - smooth(22.3, 23.8, t))
	s.ground(t)
	for i := range crowd {
		if crowd[i].parent >= 0 && t > crowd[i].at {
			s.thread(crowd[crowd[i].parent], crowd[i], t)
		}
	}
	for i := range crowd {
		s.light1(crowd[i], t)
	}
	for i, v := range s.light {
		// A still grain, under one step of the screen, keeps the dark from banding.
		x := float64(v)*fade + 0.0007
		x += math.Sqrt(x) * 0.0075 * float64(s.grain[i/3])
		s.rgb[i] = s.tone[min(len(s.tone)-1, max(0, int(x*16384)))]
	}
}

// ground is the dark room: a warm breath in the middle, and dust in it.
func (s *sheet) ground(t float64) {
	warm := 0.006 + 0.034*smooth(3, 18, t)
	for y := range height {
		for x := range width {
			dx, dy := (float64(x)-width/2)/width, (float64(y)-height/2)/height
			k := warm * math.Exp(-(dx*dx+dy*dy)*5.5)
			at := (y*width + x) * 3
			s.light[at], s.light[at+1], s.light[at+2] = float32(0.0011+k), float32(0.0011+k*0.27), float32(0.0014+k*0.10)
		}
	}
	for _, d := range s.dust {
		x := math.Mod(d[0]+t*0.004*(d[2]-0.4)+1, 1) * width
		y := math.Mod(d[1]-t*0.006*(0.3+d[3])+1, 1) * height
		s.splat(x, y, 1.2+9*d[2]*d[2], 0.007+0.007*math.Sin(t*0.7+9*d[3]), ember)
	}
}

// thread is the way a light took, with the light on it while it travels.
func (s *sheet) thread(a, b person, t float64) {
	share := smooth(b.at, b.lit, t)
	mx, my := (a.x+b.x)/2-(b.y-a.y)*0.13*(b.tone-0.5)*2, (a.y+b.y)/2+(b.x-a.x)*0.13*(b.tone-0.5)*2
	at := func(u float64) (float64, float64) {
		v := 1 - u
		return s.place(v*v*a.x+2*u*v*mx+u*u*b.x, v*v*a.y+2*u*v*my+u*u*b.y)
	}
	steps := int(14 + math.Hypot(b.x-a.x, b.y-a.y)*s.zoom/2) // a splat every two pixels: no dots
	// A last wave runs from the first hand to the tips.
	wave := math.Exp(-math.Pow((t-19.2)-0.42*float64(b.depth), 2) / 0.09)
	for i := range steps {
		u := float64(i) / float64(steps)
		if u > share {
			break
		}
		x, y := at(u)
		tail := math.Exp(-(share - u) * 5.5)
		s.splat(x, y, 0.75+0.25*s.zoom, 0.060+0.24*tail*(1-smooth(b.lit, b.lit+1.2, t))+0.36*wave, ember)
	}
	if t < b.lit {
		x, y := at(share)
		s.splat(x, y, 2.0*math.Sqrt(s.zoom), 1.5, core)
		s.splat(x, y, 8*math.Sqrt(s.zoom), 0.22, ember)
	}
}

// light1 is one person: a grey point that waits, then a flame with a ring that
// opens once.
func (s *sheet) light1(p person, t float64) {
	x, y := s.place(p.x, p.y)
	size := math.Sqrt(s.zoom) * (1.75 + 1.7/float64(p.depth+1))
	if t < p.lit {
		s.splat(x, y, size*0.8, 0.035*smooth(0.5, 4, t), night)
		return
	}
	age := t - p.lit
	breath := 1 + 0.13*math.Sin(t*2.1+9*p.tone)
	flash := math.Exp(-age * 1.9)
	wave := math.Exp(-math.Pow((t-19.2)-0.42*float64(p.depth), 2) / 0.09)
	s.splat(x, y, size, (0.85+1.6*flash+1.1*wave)*breath, core)
	s.splat(x, y, size*4.6, (0.13+0.30*flash+0.30*wave)*breath, ember)
	if age < 1.3 {
		ring := (5 + 26*smooth(0, 1.3, age)) * math.Sqrt(s.zoom)
		for k := range 72 {
			a := float64(k) * math.Pi / 36
			s.splat(x+ring*math.Cos(a), y+ring*math.Sin(a), 1.3, 0.10*(1-age/1.3), ember)
		}
	}
}

func (s *sheet) save(name string) error {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(img.Pix[i*4:], []byte{s.rgb[i*3], s.rgb[i*3+1], s.rgb[i*3+2], 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}); err != nil {
		return err
	}
	return os.WriteFile(name, b.Bytes(), 0o644)
}

// music is a bed of four chords, a low breath, and one bell for each hand that
// the light reaches, in a room.
func music(crowd []person) []byte {
	n := int(length * hertz)
	left, right := make([]float64, n), make([]float64, n)
	note := func(semi float64) float64 { return 220 * math.Pow(2, semi/12) }
	// Am9, Fmaj9, Cadd9, G6 … and home; semitones from A3.
	chords := [][]float64{{-12, 0, 3, 7, 14}, {-16, -4, 0, 3, 10}, {-9, 3, 7, 10, 14}, {-14, -2, 2, 5, 12}, {-16, -4, 3, 7, 12}, {-12, 0, 7, 10, 15}}
	for c, chord := range chords {
		from := float64(c) * 4
		for v, semi := range chord {
			f := note(semi)
			for i := max(0, int((from-0.8)*hertz)); i < min(n, int((from+5.2)*hertz)); i++ {
				t := float64(i) / hertz
				env := smooth(from-0.8, from+1.4, t) * (1 - smooth(from+3.4, from+5.2, t))
				slow := 1 + 0.0016*math.Sin(2*math.Pi*(0.19*t+float64(v)*0.3))
				w := 2 * math.Pi * f * t
				tone := math.Sin(w*slow) + 0.32*math.Sin(2*w*0.9995) + 0.10*math.Sin(3*w*1.0007)*smooth(4, 16, t)
				pan := 0.5 + 0.32*math.Sin(float64(v)*1.9)
				a := 0.040 * env * (0.55 + 0.45*smooth(2, 15, t))
				left[i] += a * tone * (1 - pan)
				right[i] += a * tone * pan
			}
		}
	}
	scale := []float64{0, 3, 5, 7, 10, 12, 15, 17, 19, 22}
	for k, p := range crowd {
		if k > 0 && p.depth > 4 && k%3 != 0 {
			continue // the outer rings only shimmer
		}
		f := note(12 + scale[int(p.tone*float64(len(scale)-1)+0.5)])
		loud := 0.20 / math.Sqrt(float64(p.depth+1)) / (1 + float64(p.depth)*0.35)
		pan := 0.5 + 0.4*max(-1, min(1, p.x/330))
		for i := int(p.lit * hertz); i < min(n, int((p.lit+2.6)*hertz)); i++ {
			age := float64(i)/hertz - p.lit
			w := 2 * math.Pi * f * age
			v := loud * math.Exp(-age*2.4) * min(1, age*220) * (math.Sin(w+0.9*math.Exp(-age*6)*math.Sin(3.01*w)) + 0.2*math.Sin(2*w))
			left[i] += v * (1 - pan)
			right[i] += v * pan
		}
	}
	room(left, []int{1687, 2053, 2411, 2729})
	room(right, []int{1741, 1999, 2477, 2801})
	loudest := 0.0
	for i := range left {
		loudest = max(loudest, math.Abs(left[i]), math.Abs(right[i]))
	}
	var b bytes.Buffer
	b.WriteString("RIFF")
	binary.Write(&b, binary.LittleEndian, uint32(36+n*4))
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(2), uint32(hertz), uint32(hertz * 4), uint16(4), uint16(16)} {
		binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("data")
	binary.Write(&b, binary.LittleEndian, uint32(n*4))
	for i := range left {
		t := float64(i) / hertz
		gain := 0.80 / loudest * smooth(0, 0.8, t) * (1 - smooth(22, 23.95, t))
		binary.Write(&b, binary.LittleEndian, [2]int16{int16(32767 * gain * left[i]), int16(32767 * gain * right[i])})
	}
	return b.Bytes()
}

// room adds the echo of a hall: four combs and two passes that blur them.
func room(dry []float64, delays []int) {
	wet := make([]float64, len(dry))
	for _, d := range delays {
		comb, low := make([]float64, len(dry)), 0.0
		for i := range dry {
			if i >= d {
				low = 0.6*comb[i-d] + 0.4*low
				comb[i] = dry[i] + 0.84*low
			} else {
				comb[i] = dry[i]
			}
			wet[i] += comb[i] / 4
		}
	}
	for _, d := range []int{347, 113} {
		old := append([]float64(nil), wet...)
		for i := d; i < len(wet); i++ {
			wet[i] = -0.6*old[i] + old[i-d] + 0.6*wet[i-d]
		}
	}
	for i := range dry {
		dry[i] = 0.72*dry[i] + 0.34*wet[i]
	}
}
