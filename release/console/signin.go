package console

import (
	"errors"
	"net/http"

	"passalong/release"
	"passalong/release/web"
	"passalong/release/words"
	"passalong/tokens"
)

// guard lets in who is signed in, and refuses posts from other sites.
func (c *Console) guard(r route) web.Handler {
	return func(w http.ResponseWriter, req *http.Request) error {
		if req.Method != http.MethodGet && req.Method != http.MethodHead {
			if err := c.Site.CheckStaff(req); err != nil {
				return err
			}
			req.Body = http.MaxBytesReader(w, req.Body, release.MaxPeopleBytes+1<<20)
		}
		if !r.open {
			if _, err := c.who(req); err != nil {
				return err
			}
		}
		return r.answer(w, req)
	}
}

// who tells who is signed in.
func (c *Console) who(r *http.Request) (release.Marketer, error) {
	for _, secret := range web.StaffCookie().Values(r, c.Site.Secure(r)) {
		if m, err := c.Service.SignedIn(r.Context(), secret); !release.Is(err, release.Unsigned) {
			return m, err
		}
	}
	return release.Marketer{}, release.No(release.Unsigned, "staff.signed_out")
}

// Staff tells whether a browser is signed in: staff never count as fans.
func (c *Console) Staff(r *http.Request) bool {
	if len(web.StaffCookie().Values(r, c.Site.Secure(r))) == 0 {
		return false
	}
	_, err := c.who(r)
	return err == nil
}

// signInData is the page with name and password, or with one button.
type signInData struct {
	base
	Name   string
	Once   bool
	Wrong  string
	Choose bool
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) error {
	return c.render(w, http.StatusOK, "signin", signInData{base: c.base(r, "Passalong")})
}

func (c *Console) signIn(w http.ResponseWriter, r *http.Request) error {
	key := c.Site.Client(r)
	if err := c.signins.Check(key); err != nil {
		return err
	}
	name := r.PostFormValue("name")
	_, secret, err := c.Service.SignInWithPassword(r.Context(), name, r.PostFormValue("password"))
	if release.Is(err, release.Unsigned) {
		if err := c.signins.Take(key); err != nil {
			return err
		}
		d := signInData{base: c.base(r, "Passalong"), Name: name}
		d.Wrong = d.T("errors.staff.password_wrong")
		return c.render(w, http.StatusUnauthorized, "signin", d)
	}
	if err != nil {
		return err
	}
	return c.enter(w, r, secret, "/console")
}

func (c *Console) enter(w http.ResponseWriter, r *http.Request, secret, to string) error {
	web.StaffCookie().Set(w, c.Site.Secure(r), secret)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// token verifies a one-time link. Bad ones are limited by address.
func (c *Console) token(r *http.Request) (string, error) {
	key := c.Site.Client(r)
	if err := c.signins.Check(key); err != nil {
		return "", err
	}
	claims, _, err := c.Keys.Verify(tokens.SignIn, tokens.Trim(r.PathValue("token")), c.Now())
	if err != nil {
		return "", errors.Join(release.No(release.NotFound, "staff.signin"), c.signins.Take(key))
	}
	return claims.ID, nil
}

// oncePage shows a button: previews fetch links too.
func (c *Console) oncePage(w http.ResponseWriter, r *http.Request) error {
	id, err := c.token(r)
	if err != nil {
		return err
	}
	m, err := c.Service.PeekSignIn(r.Context(), id)
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "signin", signInData{base: c.base(r, "Passalong"), Once: true, Name: m.Name})
}

func (c *Console) once(w http.ResponseWriter, r *http.Request) error {
	id, err := c.token(r)
	if err != nil {
		return err
	}
	m, secret, err := c.Service.UseSignIn(r.Context(), id)
	if err != nil {
		return err
	}
	to := "/console"
	if m.Password == "" {
		to = "/console/password"
	}
	return c.enter(w, r, secret, to)
}

func (c *Console) passwordPage(w http.ResponseWriter, r *http.Request) error {
	return c.render(w, http.StatusOK, "signin", signInData{base: c.base(r, "Passalong"), Choose: true})
}

func (c *Console) password(w http.ResponseWriter, r *http.Request) error {
	who, err := c.who(r)
	if err != nil {
		return err
	}
	keep, _ := web.First(web.StaffCookie().Values(r, c.Site.Secure(r)), func(s string) (string, bool) {
		_, err := c.Service.SignedIn(r.Context(), s)
		return s, err == nil
	})
	err = c.Service.SetPassword(r.Context(), who.ID, r.PostFormValue("password"), keep)
	if release.Is(err, release.Invalid) {
		d := signInData{base: c.base(r, "Passalong"), Choose: true}
		d.Wrong = sentence(d.Words, err)
		return c.render(w, http.StatusUnprocessableEntity, "signin", d)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/console", http.StatusSeeOther)
	return nil
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) error {
	for _, secret := range web.StaffCookie().Values(r, c.Site.Secure(r)) {
		if err := c.Service.SignOut(r.Context(), secret); err != nil {
			return err
		}
	}
	web.StaffCookie().Clear(w, c.Site.Secure(r))
	http.Redirect(w, r, "/console/signin", http.StatusSeeOther)
	return nil
}

// invite makes a colleague's one-time link, shown once.
func (c *Console) invite(w http.ResponseWriter, r *http.Request) error {
	in, err := c.Service.NewSignIn(r.Context(), r.PostFormValue("name"))
	if err != nil {
		return err
	}
	token, err := c.Keys.Sign(tokens.Claims{Purpose: tokens.SignIn, ID: in.ID, Subject: release.Bare(in.Staff), Expires: in.Expires})
	if err != nil {
		return err
	}
	return c.showHome(w, r, c.Site.URL(r, "/console/signin/"+token))
}

func sentence(say words.Words, err error) string { return web.ProblemOf(err, say).Sentence }
