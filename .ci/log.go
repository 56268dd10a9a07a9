// Checks a transparency log over HTTP with golang.org/x/mod/sumdb: the signature of its checkpoint, its root from its tiles,
// all entries against the tiles, the receipts of several, and that it has only grown since it was checked last. The key and
// the checkpoint of the first time are kept in a folder and believed from then on.
//
//	log [-spoil] URL-OF-THE-LOG API-KEY FOLDER
//
// With -spoil one byte of an entry is altered after it was read.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var spoil = flag.Bool("spoil", false, "alter an entry after it was read")

func main() {
	flag.Parse()
	if flag.NArg() != 3 {
		fmt.Fprintln(os.Stderr, "usage: log [-spoil] URL-OF-THE-LOG API-KEY FOLDER")
		os.Exit(2)
	}
	if err := check(&service{flag.Arg(0), flag.Arg(1)}, flag.Arg(2)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type service struct{ url, key string }

func (s *service) get(path string) ([]byte, error) {
	request, err := http.NewRequest("GET", s.url+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+s.key)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("%s: %s: %s", path, answer.Status, body)
	}
	return body, err
}

// path of a tile, as c2sp.org/tlog-tiles has it: Go's own has the height in it, and calls the entries data.
func path(tile tlog.Tile) string {
	return strings.Replace(strings.Replace(tile.Path(), "tile/8/", "/tile/", 1), "/data/", "/entries/", 1)
}

func (s *service) Height() int { return height }

func (s *service) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (s *service) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		data, err := s.get(path(tile))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d bytes", path(tile), len(data))
		}
		read = append(read, data)
	}
	return read, nil
}

// checkpoint opens a signed checkpoint.
func checkpoint(signed []byte, verifier note.Verifier) (tree tlog.Tree, err error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tree, fmt.Errorf("not a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

func check(s *service, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	keys, err := kept(filepath.Join(folder, "key"), func() ([]byte, error) { return s.get("/key") })
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.SplitN(string(keys), "\n", 2)[0])
	if err != nil {
		return err
	}
	signed, err := s.get("/checkpoint")
	if err != nil {
		return err
	}
	tree, err := checkpoint(signed, verifier)
	if err != nil {
		return err
	}
	// The reader checks each tile against the root before it uses it.
	hashes := tlog.TileHashReader(tree, s)

	entries, err := bundles(s, tree.N)
	if err != nil {
		return err
	}
	if *spoil {
		entries[tree.N/2][0] ^= 1
	}
	for i, entry := range entries {
		recorded, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
		if err != nil {
			return err
		}
		if recorded[0] != tlog.RecordHash(entry) {
			return fmt.Errorf("entry %d is not what is in the log", i+1)
		}
	}
	for _, seq := range []int64{1, 2, tree.N/2 + 1, tree.N - 1, tree.N} {
		if err := receipt(s, verifier, tree, seq, entries[seq-1]); err != nil {
			return fmt.Errorf("receipt of entry %d: %w", seq, err)
		}
	}

	before, err := kept(filepath.Join(folder, "checkpoint"), func() ([]byte, error) { return signed, nil })
	if err != nil {
		return err
	}
	earlier, err := checkpoint(before, verifier)
	if err != nil {
		return err
	}
	if err := consistency(s, hashes, earlier, tree); err != nil {
		return err
	}
	fmt.Printf("log: %s: %d entries hold, and begin with the %d of before\n", verifier.Name(), tree.N, earlier.N)
	return nil
}

// kept is what a file has, or, when there is none, what is then kept in it.
func kept(file string, first func() ([]byte, error)) ([]byte, error) {
	content, err := os.ReadFile(file)
	if !errors.Is(err, os.ErrNotExist) {
		return content, err
	}
	if content, err = first(); err != nil {
		return nil, err
	}
	return content, os.WriteFile(file, content, 0o600)
}

// bundles reads all entries.
func bundles(s *service, size int64) ([][]byte, error) {
	var entries [][]byte
	for n := int64(0); n<<height < size; n++ {
		tile := tlog.Tile{H: height, L: -1, N: n, W: int(min(1<<height, size-n<<height))}
		rest, err := s.get(path(tile))
		if err != nil {
			return nil, err
		}
		for len(rest) > 0 {
			if len(rest) < 2 || len(rest) < 2+int(rest[0])<<8+int(rest[1]) {
				return nil, fmt.Errorf("%s ends within an entry", path(tile))
			}
			end := 2 + int(rest[0])<<8 + int(rest[1])
			entries, rest = append(entries, rest[2:end]), rest[end:]
		}
	}
	if int64(len(entries)) != size {
		return nil, fmt.Errorf("the bundles have %d entries, not %d", len(entries), size)
	}
	return entries, nil
}

// receipt checks what the service gives as the proof of an entry (c2sp.org/tlog-proof).
func receipt(s *service, verifier note.Verifier, tree tlog.Tree, seq int64, entry []byte) error {
	text, err := s.get(fmt.Sprintf("/proofs/%d", seq))
	if err != nil {
		return err
	}
	head, signed, _ := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", seq-1) {
		return fmt.Errorf("it is of another form: %q", head)
	}
	proof := tlog.RecordProof{}
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	its, err := checkpoint([]byte(signed), verifier)
	if err != nil {
		return err
	}
	if its.N < tree.N {
		return fmt.Errorf("its checkpoint has %d entries, and the one before had %d", its.N, tree.N)
	}
	return tlog.CheckRecord(proof, its.N, its.Hash, seq-1, tlog.RecordHash(entry))
}

// consistency checks the service's proof, and one that is made of the tiles.
func consistency(s *service, hashes tlog.HashReader, earlier, now tlog.Tree) error {
	made, err := tlog.ProveTree(now.N, earlier.N, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(made, now.N, now.Hash, earlier.N, earlier.Hash); err != nil {
		return err
	}
	text, err := s.get(fmt.Sprintf("/consistency?from=%d&to=%d", earlier.N, now.N))
	if err != nil {
		return err
	}
	var told struct{ Proof []string }
	if err := json.Unmarshal(text, &told); err != nil {
		return err
	}
	proof := tlog.TreeProof{}
	for _, line := range told.Proof {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	return tlog.CheckTree(proof, now.N, now.Hash, earlier.N, earlier.Hash)
}
