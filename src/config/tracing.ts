import { z } from 'zod'

const URL_RULE = 'must be a URL that starts with http: or https:'
const RATIO_RULE = 'must be a number from 0 to 1'
const isHttpUrl = (text: string): boolean =>
  URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)

/** The settings of traces. */
export const tracing = z
  .strictObject({
    url: z
      .string(URL_RULE)
      .refine(isHttpUrl, URL_RULE)
      .optional()
      .describe(
        'OpenTelemetry collector that gets traces, by OTLP over HTTP, such as http://127.0.0.1:4318; if not set, none; ' +
          'also OTEL_EXPORTER_OTLP_ENDPOINT',
      ),
    service: z
      .string('must be a string')
      .min(1, 'must be a string')
      .default('docmgr')
      .describe('`service.name` of this process in traces; also OTEL_SERVICE_NAME'),
    ratio: z
      .number(RATIO_RULE)
      .min(0, RATIO_RULE)
      .max(1, RATIO_RULE)
      .default(1)
      .describe(
        'share of the traces that are recorded, of those that begin here; callers decide about theirs',
      ),
  })
  .prefault({})
