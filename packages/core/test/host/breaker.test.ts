import { expect, it } from "vitest";
import { CircuitBreaker } from "../../src/host/breaker.ts";

it("opens after failures in a row and stays open for the pause", () => {
  const breaker = new CircuitBreaker(2, 100);
  breaker.failed(0);
  breaker.succeeded();
  breaker.failed(10);
  expect(breaker.isOpen).toBe(false);
  breaker.failed(20);
  expect(breaker.isOpen).toBe(true);
  expect([21, 119, 120].map((now) => breaker.lets(now))).toEqual([false, false, true]);
});

it("opens again when the one that it lets through fails, and closes when it succeeds", () => {
  const breaker = new CircuitBreaker(1, 100);
  breaker.failed(0);
  breaker.failed(100);
  expect(breaker.lets(199)).toBe(false);
  expect(breaker.lets(200)).toBe(true);
  breaker.succeeded();
  expect(breaker.isOpen).toBe(false);
  expect(breaker.lets(201)).toBe(true);
});
