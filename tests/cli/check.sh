# What is wrong with a trace.
trace mixed
trace many
trace damaged
try etwire check mixed.etl
try etwire check many.etl mixed.etl
try etwire check -o json mixed.etl
try etwire check damaged.etl
try etwire check -o json damaged.etl
try etwire check mixed.etl damaged.etl
try etwire dump damaged.etl
try etwire dump -o digest damaged.etl
try etwire dump --limit 2 damaged.etl

# Cut in the middle of a buffer, never finished, and with a clock that goes back.
head -c 2500 mixed.etl >cut.etl
try etwire check cut.etl
cat >unfinished.trace <<'END'
trace end-time=0 buffers-written=1
buffer
  event64 id=1 time=1100
END
cat >back.trace <<'END'
trace
buffer
  event64 id=1 time=1200
  event64 id=2 time=1100
END
for name in unfinished back; do
    ${MESON_EXE_WRAPPER-} "$assemble" $name.trace $name.etl
    try etwire check $name.etl
    try etwire dump $name.etl
done
