package boltdb

import (
	"bytes"

	"passalong/release"
)

func (t *tx) Blob(kind, key string) ([]byte, error) {
	v := t.get(bBlobs, nameKey(kind, key))
	if v == nil {
		return nil, none("blob.unknown")
	}
	body, err := opened(v)
	if err != nil {
		return nil, fault(bBlobs, err)
	}
	return append([]byte{}, body...), nil
}

func (t *tx) PutBlob(kind, key string, value []byte) error {
	t.mayWrite()
	if err := named("kind", kind); err != nil {
		return err
	}
	if key == "" || len(key) > maxKey {
		return release.Bad("key", "store.key")
	}
	return t.put(bBlobs, nameKey(kind, key), seal(value))
}

func (t *tx) DeleteBlob(kind, key string) error {
	t.mayWrite()
	return t.delete(bBlobs, nameKey(kind, key))
}

func (t *tx) Blobs(kind, prefix string, yield func(key string, value []byte) bool) error {
	head := len(kind) + 1
	from := nameKey(kind, prefix)
	return t.scan(bBlobs, from, from, func(k, v []byte) (bool, error) {
		body, err := opened(v)
		if err != nil {
			return false, fault(bBlobs, err)
		}
		return yield(string(k[head:]), bytes.Clone(body)), nil
	})
}
