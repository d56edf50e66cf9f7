import { after } from 'node:test'
import { newStackSearch } from '../../testing/stack-search.ts'
import { searchIndexContract } from './contract.ts'

searchIndexContract('elasticsearch:', () => newStackSearch({ after }).open())
