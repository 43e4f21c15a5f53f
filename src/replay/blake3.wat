;; BLAKE3's compression function, over many blocks; the tree of chunks is in blake3.ts.
;; A state's four rows are four vectors, so that G works on its four columns at once, and V8's first compiler has a quarter
;; of the code to compile and to run. One function, because each costs a start: five took 0.07 ms more on Node 20, and 0.15 on 24.
;; https://github.com/BLAKE3-team/BLAKE3-specs, section 2
(module
  ;; At 0: the key, 32 bytes. At 64: the last output, 32 bytes. At 128: 64 zeroes. At 192: the initial value, 32 bytes. At 1024:
  ;; the input.
  (memory (export "memory") 1)
  (data (i32.const 192)
    "\67\e6\09\6a\85\ae\67\bb\72\f3\6e\3c\3a\f5\4f\a5\7f\52\0e\51\8c\68\05\9b\ab\d9\83\1f\19\cd\e0\5b")

  ;; Compresses the input's blocks, each under what came of the one before it. Or, for a key stream, one of zeroes under the key
  ;; again and again, and XORs what comes of that into the input's blocks.
  ;; @param $length of the input, in bytes: at most 1,024 but for a key stream; zeroes follow it to the end of its last block
  ;; @param $counter of the chunk; of the key stream's first block
  ;; @param $first, $every, $last flags of the first block, of each, and of the last one; a key stream's blocks are all alike
  ;; @param $isStream whether it is for a key stream
  (func (export "compress")
    (param $length i32) (param $counter i32)
    (param $first i32) (param $every i32) (param $last i32) (param $isStream i32)
    ;; Where the chaining value lies, where the block lies, how many bytes of it are given, and the input's block.
    (local $value i32) (local $block i32) (local $size i32) (local $at i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    ;; The message, in the order in which the halves of a round take it: words 0 2 4 6, 1 3 5 7, 8 10 12 14, 9 11 13 15.
    (local $x v128) (local $y v128) (local $laterX v128) (local $laterY v128)
    (local $p v128) (local $q v128) (local $rounds i32)

    (local.set $at (i32.const 1024))
    (local.set $every (i32.or (local.get $every) (local.get $first)))
    (loop $next
      (if (local.get $isStream)
        (then (local.set $block (i32.const 128)))
        (else
          (local.set $block (local.get $at))
          (local.set $size (i32.const 64))
          (if (i32.le_u (local.get $length) (i32.const 64))
            (then
              (local.set $size (local.get $length))
              (local.set $every (i32.or (local.get $every) (local.get $last)))))))

      (local.set $a (v128.load (local.get $value)))
      (local.set $b (v128.load offset=16 (local.get $value)))
      (local.set $c (v128.load offset=192 (i32.const 0)))
      ;; A counter below 2^32, the bytes of the block, the flags.
      (local.set $d
        (i32x4.replace_lane 3
          (i32x4.replace_lane 2
            (i32x4.replace_lane 0 (v128.const i32x4 0 0 0 0) (local.get $counter))
            (local.get $size))
          (local.get $every)))
      (local.set $p (v128.load (local.get $block)))
      (local.set $q (v128.load offset=16 (local.get $block)))
      (local.set $x
        (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $p) (local.get $q)))
      (local.set $y
        (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $p) (local.get $q)))
      (local.set $p (v128.load offset=32 (local.get $block)))
      (local.set $q (v128.load offset=48 (local.get $block)))
      (local.set $laterX
        (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $p) (local.get $q)))
      (local.set $laterY
        (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $p) (local.get $q)))

      ;; Whole rounds: on Node 20, V8 has a loop optimised by how much code it goes round, whether that runs or not.
      (local.set $rounds (i32.const 7))
      (loop $round
        ;; G
        (local.set $a (i32x4.add (i32x4.add (local.get $a) (local.get $b)) (local.get $x)))
        (local.set $d (v128.xor (local.get $d) (local.get $a)))
        (local.set $d ;; >>> 16
          (i8x16.shuffle 2 3 0 1 6 7 4 5 10 11 8 9 14 15 12 13 (local.get $d) (local.get $d)))
        (local.set $c (i32x4.add (local.get $c) (local.get $d)))
        (local.set $b (v128.xor (local.get $b) (local.get $c)))
        (local.set $b
          (v128.or (i32x4.shr_u (local.get $b) (i32.const 12)) (i32x4.shl (local.get $b) (i32.const 20))))
        (local.set $a (i32x4.add (i32x4.add (local.get $a) (local.get $b)) (local.get $y)))
        (local.set $d (v128.xor (local.get $d) (local.get $a)))
        (local.set $d ;; >>> 8
          (i8x16.shuffle 1 2 3 0 5 6 7 4 9 10 11 8 13 14 15 12 (local.get $d) (local.get $d)))
        (local.set $c (i32x4.add (local.get $c) (local.get $d)))
        (local.set $b (v128.xor (local.get $b) (local.get $c)))
        (local.set $b
          (v128.or (i32x4.shr_u (local.get $b) (i32.const 7)) (i32x4.shl (local.get $b) (i32.const 25))))

        ;; Diagonals become columns.
        (local.set $b
          (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3 (local.get $b) (local.get $b)))
        (local.set $c
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $c) (local.get $c)))
        (local.set $d
          (i8x16.shuffle 12 13 14 15 0 1 2 3 4 5 6 7 8 9 10 11 (local.get $d) (local.get $d)))

        ;; G
        (local.set $a (i32x4.add (i32x4.add (local.get $a) (local.get $b)) (local.get $laterX)))
        (local.set $d (v128.xor (local.get $d) (local.get $a)))
        (local.set $d ;; >>> 16
          (i8x16.shuffle 2 3 0 1 6 7 4 5 10 11 8 9 14 15 12 13 (local.get $d) (local.get $d)))
        (local.set $c (i32x4.add (local.get $c) (local.get $d)))
        (local.set $b (v128.xor (local.get $b) (local.get $c)))
        (local.set $b
          (v128.or (i32x4.shr_u (local.get $b) (i32.const 12)) (i32x4.shl (local.get $b) (i32.const 20))))
        (local.set $a (i32x4.add (i32x4.add (local.get $a) (local.get $b)) (local.get $laterY)))
        (local.set $d (v128.xor (local.get $d) (local.get $a)))
        (local.set $d ;; >>> 8
          (i8x16.shuffle 1 2 3 0 5 6 7 4 9 10 11 8 13 14 15 12 (local.get $d) (local.get $d)))
        (local.set $c (i32x4.add (local.get $c) (local.get $d)))
        (local.set $b (v128.xor (local.get $b) (local.get $c)))
        (local.set $b
          (v128.or (i32x4.shr_u (local.get $b) (i32.const 7)) (i32x4.shl (local.get $b) (i32.const 25))))

        ;; Back to where they were.
        (local.set $b
          (i8x16.shuffle 12 13 14 15 0 1 2 3 4 5 6 7 8 9 10 11 (local.get $b) (local.get $b)))
        (local.set $c
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $c) (local.get $c)))
        (local.set $d
          (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3 (local.get $d) (local.get $d)))
        ;; The message, permuted for the next round: words 2 3 7 4, 6 10 0 13, 1 12 9 15, 11 5 14 8 of this one's.
        (local.set $p
          (i8x16.shuffle 4 5 6 7 20 21 22 23 28 29 30 31 8 9 10 11 (local.get $x) (local.get $y)))
        (local.set $q
          (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 24 25 26 27
            (i8x16.shuffle 12 13 14 15 20 21 22 23 0 1 2 3 0 1 2 3 (local.get $x) (local.get $laterX))
            (local.get $laterY)))
        (local.set $x (local.get $p))
        (local.set $p
          (i8x16.shuffle 0 1 2 3 24 25 26 27 8 9 10 11 12 13 14 15
            (i8x16.shuffle 0 1 2 3 0 1 2 3 16 17 18 19 28 29 30 31 (local.get $y) (local.get $laterY))
            (local.get $laterX)))
        (local.set $laterY
          (i8x16.shuffle 0 1 2 3 24 25 26 27 8 9 10 11 12 13 14 15
            (i8x16.shuffle 4 5 6 7 0 1 2 3 28 29 30 31 16 17 18 19 (local.get $laterY) (local.get $laterX))
            (local.get $y)))
        (local.set $laterX (local.get $p))
        (local.set $y (local.get $q))

        (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))

      (if (local.get $isStream)
        (then
          (local.set $x (v128.load (local.get $value)))
          (local.set $y (v128.load offset=16 (local.get $value)))
          (v128.store (local.get $at)
            (v128.xor (v128.load (local.get $at)) (v128.xor (local.get $a) (local.get $c))))
          (v128.store offset=16 (local.get $at)
            (v128.xor (v128.load offset=16 (local.get $at)) (v128.xor (local.get $b) (local.get $d))))
          (v128.store offset=32 (local.get $at)
            (v128.xor (v128.load offset=32 (local.get $at)) (v128.xor (local.get $c) (local.get $x))))
          (v128.store offset=48 (local.get $at)
            (v128.xor (v128.load offset=48 (local.get $at)) (v128.xor (local.get $d) (local.get $y))))
          (local.set $counter (i32.add (local.get $counter) (i32.const 1))))
        (else
          (v128.store offset=64 (i32.const 0) (v128.xor (local.get $a) (local.get $c)))
          (v128.store offset=80 (i32.const 0) (v128.xor (local.get $b) (local.get $d)))
          (local.set $value (i32.const 64))
          (local.set $every (i32.and (local.get $every) (i32.xor (local.get $first) (i32.const -1))))))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (if (i32.gt_u (local.get $length) (i32.const 64))
        (then
          (local.set $length (i32.sub (local.get $length) (i32.const 64)))
          (br $next))))))
