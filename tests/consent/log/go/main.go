// Checks a transparency log with code that is not ours: golang.org/x/mod/sumdb/{note,tlog}.
//
// Reads a question as JSON from standard input and ends with 0 if everything holds:
// {"vkey", "checkpoint", "entries": [base64 …], "old": base64 of an older checkpoint,
//  "consistency": [base64 …], "index", "inclusion": [base64 …]}
package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
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

func main() {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := check(asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
