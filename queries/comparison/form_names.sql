/*---
title: Types and encodings by the number that two snapshots share
description: One row per number of form_numbers.
columns:
  form_no: the number
  type: what TYPE answers
  encoding: what OBJECT ENCODING answers, NULL where unknown
---*/
SELECT DISTINCT form_no, type, encoding
FROM form_numbers
