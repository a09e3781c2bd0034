import { listen } from "../kit/listen.ts";
import { runHandover } from "./handover.ts";

export const handler = listen((heard, listening) => runHandover(heard, listening));
