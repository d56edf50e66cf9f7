import { moduleGraph } from '../app.ts'
import { silentLogger } from '../runtime/logger.ts'
import { EXIT } from './exit-codes.ts'
import { type Io } from './io.ts'
import { type ConfigOptions, configOf } from './options.ts'

type Graph = { name: string; needs: string[] }[]

/** Shows the modules that `serve` starts with this configuration, and what each needs. */
export async function showRoles(
  options: ConfigOptions & { role?: string; mermaid?: boolean; json?: boolean },
  io: Io,
): Promise<number> {
  const roles = options.role === undefined ? [] : [{ key: 'roles', text: options.role, flag: '--role' }]
  const { config } = await configOf(options, { more: roles })
  const graph = moduleGraph(config, silentLogger)
  if (options.json) io.json({ roles: config.roles, modules: graph })
  else if (options.mermaid) io.out(mermaid(graph))
  else for (const line of tree(graph, io.colors.dim)) io.out(line)
  return EXIT.done
}

function mermaid(graph: Graph): string {
  const edges = graph.flatMap(({ name, needs }) => needs.map((need) => `  ${name} --> ${need}`))
  return ['flowchart TD', ...edges].join('\n')
}

/** The graph as a tree from `listeners` down. The needs of a module are shown once. */
function tree(graph: Graph, dim: (text: string) => string): string[] {
  const shown = new Set<string>()
  const lines: string[] = []
  const visit = (name: string, branch: string, indent: string): void => {
    const needs = graph.find((module) => module.name === name)?.needs ?? []
    const again = shown.has(name) && needs.length > 0
    shown.add(name)
    lines.push(`${dim(branch)}${name}${again ? dim(' …') : ''}`)
    if (again) return
    needs.forEach((need, index) => {
      const last = index === needs.length - 1
      visit(need, `${indent}${last ? '└─ ' : '├─ '}`, `${indent}${last ? '   ' : '│  '}`)
    })
  }
  const needed = new Set(graph.flatMap(({ needs }) => needs))
  for (const { name } of graph) if (!needed.has(name)) visit(name, '', '')
  return lines
}
