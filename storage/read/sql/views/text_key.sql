-- A number that stands for a text, the same in every version of DuckDB; NULL for NULL.
-- (words): Any text.
(md5_number_lower(words) >> 1)::BIGINT
