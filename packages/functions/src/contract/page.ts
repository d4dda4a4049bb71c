// The parameters of listings that are one query of one partition: how many rows, and where to go on.
import * as z from "zod";

export const limitSchema = (largest: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `1 to ${largest}`)
    .refine(text => Number(text) <= largest, `1 to ${largest}`)
    .default("50")
    .meta({ description: `1 to ${largest}` });

export const cursorSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, "a cursor that a listing gave")
  .max(512)
  .meta({ description: "`next` of the page before, with the same filters" });
