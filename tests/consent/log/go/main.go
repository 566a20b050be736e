// Checks a transparency log with code that is not ours: golang.org/x/mod/sumdb/{note,tlog}.
//
// Without arguments it reads a question as JSON from standard input:
// {"vkey", "checkpoint", "entries": [base64 …], "old": base64 of an older checkpoint,
//
//	"consistency": [base64 …], "index", "inclusion": [base64 …]}
//
// With arguments it asks a log that is served: main URL VKEY [OLD-CHECKPOINT-FILE] reads the checkpoint,
// every tile and every entry below URL (C2SP tlog-tiles), and checks them against each other and the older checkpoint.
// It ends with 0 if everything holds.
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	VKey        string
	Checkpoint  []byte
	Old         []byte
	Entries     [][]byte
	Consistency [][]byte
	Index       int64
	Inclusion   [][]byte
}

type head struct {
	size int64
	root tlog.Hash
}

type storage struct{ hashes []tlog.Hash }

func (s *storage) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, 0, len(indexes))
	for _, index := range indexes {
		if index >= int64(len(s.hashes)) {
			return nil, errors.New("no such hash")
		}
		found = append(found, s.hashes[index])
	}
	return found, nil
}

func open(content []byte, vkey string) (head, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return head{}, err
	}
	signed, err := note.Open(content, note.VerifierList(verifier))
	if err != nil {
		return head{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return head{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return head{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return head{}, errors.New("not a root")
	}
	found := head{size: size}
	copy(found.root[:], root)
	return found, nil
}

func proof(hashes [][]byte) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(hashes))
	for at, each := range hashes {
		if len(each) != tlog.HashSize {
			return nil, errors.New("not a hash")
		}
		copy(found[at][:], each)
	}
	return found, nil
}

func check(asked question) error {
	now, err := open(asked.Checkpoint, asked.VKey)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	before, err := open(asked.Old, asked.VKey)
	if err != nil {
		return fmt.Errorf("old checkpoint: %w", err)
	}
	kept := &storage{}
	for at, entry := range asked.Entries {
		hashes, err := tlog.StoredHashes(int64(at), entry, kept)
		if err != nil {
			return err
		}
		kept.hashes = append(kept.hashes, hashes...)
	}
	root, err := tlog.TreeHash(int64(len(asked.Entries)), kept)
	if err != nil {
		return err
	}
	if now.size != int64(len(asked.Entries)) || root != now.root {
		return errors.New("the entries do not lead to the root")
	}
	path, err := proof(asked.Consistency)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(path, now.size, now.root, before.size, before.root); err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	path, err = proof(asked.Inclusion)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(asked.Entries[asked.Index])
	if err := tlog.CheckRecord(path, now.size, now.root, asked.Index, leaf); err != nil {
		return fmt.Errorf("inclusion: %w", err)
	}
	return nil
}

// served is a log at an address, read as golang.org/x/mod reads tiles; only the paths differ.
type served struct {
	url  string
	seen map[string][]byte
}

func (s served) Height() int                                { return 8 }
func (s served) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (s served) get(path string) ([]byte, error) {
	if content, ok := s.seen[path]; ok {
		return content, nil
	}
	answer, err := http.Get(s.url + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	content, err := io.ReadAll(answer.Body)
	s.seen[path] = content
	return content, err
}

// path leaves out the height, which C2SP's paths do not say.
func path(tile tlog.Tile) string {
	level := strconv.Itoa(tile.L)
	if tile.L < 0 {
		level = "entries"
	}
	tile.L = 0
	return "tile/" + level + "/" + strings.TrimPrefix(tile.Path(), "tile/8/0/")
}

func (s served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for at, tile := range tiles {
		content, err := s.get(path(tile))
		if err != nil {
			return nil, err
		}
		data[at] = content
	}
	return data, nil
}

// entries reads all bundles: the length of each entry in two bytes, then the entry.
func (s served) entries(size int64) ([][]byte, error) {
	var found [][]byte
	for at := int64(0); at < size; at += 256 {
		width := size - at
		if width > 256 {
			width = 256
		}
		content, err := s.get(path(tlog.Tile{H: 8, L: -1, N: at / 256, W: int(width)}))
		if err != nil {
			return nil, err
		}
		for len(content) > 0 {
			if len(content) < 2 || len(content) < 2+int(content[0])<<8+int(content[1]) {
				return nil, errors.New("not a bundle of entries")
			}
			length := int(content[0])<<8 + int(content[1])
			found = append(found, content[2:2+length])
			content = content[2+length:]
		}
	}
	if int64(len(found)) != size {
		return nil, errors.New("there are not as many entries as the checkpoint says")
	}
	return found, nil
}

func checkServed(url, vkey, older string) error {
	log := served{url, map[string][]byte{}}
	content, err := log.get("checkpoint")
	if err != nil {
		return err
	}
	now, err := open(content, vkey)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	reader := tlog.TileHashReader(tlog.Tree{N: now.size, Hash: now.root}, log)
	entries, err := log.entries(now.size)
	if err != nil {
		return err
	}
	for at, entry := range entries {
		path, err := tlog.ProveRecord(now.size, int64(at), reader)
		if err != nil {
			return fmt.Errorf("entry %d: %w", at, err)
		}
		if err := tlog.CheckRecord(path, now.size, now.root, int64(at), tlog.RecordHash(entry)); err != nil {
			return fmt.Errorf("entry %d: %w", at, err)
		}
	}
	if older == "" {
		return nil
	}
	kept, err := os.ReadFile(older)
	if err != nil {
		return err
	}
	before, err := open(kept, vkey)
	if err != nil {
		return fmt.Errorf("old checkpoint: %w", err)
	}
	path, err := tlog.ProveTree(now.size, before.size, reader)
	if err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	if err := tlog.CheckTree(path, now.size, now.root, before.size, before.root); err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	return nil
}

func verdict(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("HOLDS")
	os.Exit(0)
}

func main() {
	if len(os.Args) > 2 {
		older := ""
		if len(os.Args) > 3 {
			older = os.Args[3]
		}
		verdict(checkServed(strings.TrimSuffix(os.Args[1], "/"), os.Args[2], older))
	}
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	verdict(check(asked))
}
