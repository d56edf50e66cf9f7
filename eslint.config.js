import js from '@eslint/js'
import tseslint from 'typescript-eslint'

const maxClassLines = {
  meta: { schema: [{ type: 'integer' }] },
  create(context) {
    const max = context.options[0]
    const check = (node) => {
      const lines = node.loc.end.line - node.loc.start.line + 1
      if (lines > max)
        context.report({ node, message: `This class has ${lines} lines; at most ${max} are allowed.` })
    }
    return { ClassDeclaration: check, ClassExpression: check }
  },
}

export default tseslint.config(
  {
    ignores: [
      'dist/',
      '.out/',
      'node_modules/',
      'src/rpc/gen/',
      'src/console/api/schema.ts',
      '.docmgr/',
      '.ci/clients/*.ts',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, properties: false } },
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: ['error', 'always'],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { sizes: { rules: { 'max-class-lines': maxClassLines } } },
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 70],
      'sizes/max-class-lines': ['error', 150],
      'no-restricted-properties': [
        'error',
        { object: 'AbortSignal', property: 'timeout', message: 'Use abortAfter, which cannot be collected.' },
      ],
    },
  },
  {
    files: ['**/*.test.ts', 'src/{acceptance,bench,chaos,testing}/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['docmgr.config.ts', 'drizzle.config.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    // node:test returns promises that the runner itself waits for.
    files: ['**/*.test.ts', 'src/**/contract-suite.ts', 'src/acceptance/**'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  {
    files: ['**/*.mjs', 'eslint.config.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'fetch', 'performance', 'setTimeout', 'clearTimeout'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
)
