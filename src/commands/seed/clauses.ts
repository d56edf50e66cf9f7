/**
 * What contracts say. `{amount}`, `{days}`, `{months}`, `{date}`, `{city}`, `{first}` and `{second}` are
 * filled in.
 */
export interface ContractKind {
  title: string
  /** what the parties are called */
  first: string
  second: string
  subjects: readonly string[]
  clauses: readonly Clause[]
}

export type Clause = readonly [heading: string, text: string]

function parseClause(line: string): Clause {
  const [heading, ...text] = line.split(': ')
  return [heading!, text.join(': ')]
}

/** A line with the title and the two parties, then one per subject and per clause. */
function parseKind(lines: readonly string[]): ContractKind {
  const [title, parties] = parseClause(lines[0]!)
  const [first, second] = parties.split(', ') as [string, string]
  const isSubject = (line: string): boolean => line.startsWith('- ')
  return {
    title,
    first,
    second,
    subjects: lines.filter(isSubject).map((line) => line.slice(2)),
    clauses: lines.slice(1).flatMap((line) => (isSubject(line) ? [] : [parseClause(line)])),
  }
}

export const KINDS: readonly ContractKind[] = `Lease agreement: landlord, tenant
- the apartment on the second floor with three rooms, a kitchen and a cellar
- the shop at the corner of the market square, together with its store room
- office space of 240 square metres and four parking spaces
- the warehouse by the harbour, including the loading bay
Rent: The rent is {amount} a month and is due on the third working day. A late payment bears interest of four per cent a year from the day on which it was due.
Deposit: The {second} pays a deposit of {amount} before the keys are handed over. It is kept in an account of its own and returned within {days} days after the end of the lease.
Repairs: Small repairs up to {amount} are borne by the {second}. Damage to the roof, the walls or the heating is reported at once and mended by the {first}.
Pets and subletting: Cats are welcome. Dogs and subletting need the written consent of the {first}, who may refuse it for a good reason only.
Garden: The {second} may use the garden, waters it in dry summers, and leaves the old walnut tree as it is.

Employment contract: employer, employee
- the position of a senior bookkeeper
- the position of a laboratory technician
- the position of a translator for Polish and Portuguese
- the position of a night shift supervisor
Working hours: The weekly working time is 38 hours. Overtime is ordered in writing and compensated by free time within {months} months.
Salary: The yearly salary is {amount} before tax, paid in thirteen parts. It is reviewed each spring.
Probation: The first {months} months are a probationary period, in which either side may end the employment with two weeks of notice.
Holidays: The {second} has 28 days of holiday a year. What is not taken by the end of March lapses.
Remote work: Up to three days a week may be worked from home. The {first} provides a desk, a chair and a screen on request.

Service agreement: client, provider
- the cleaning of the offices on weekday evenings
- the operation of the online shop and its payment pages
- the transport of refrigerated goods
- the yearly audit of the accounts
Scope: The {second} renders the services with its own staff and tools. Subcontractors are named to the {first} beforehand.
Fee: The {first} pays a flat fee of {amount} a month against an invoice that is payable within {days} days.
Availability: The service is available on 99.5 per cent of all minutes of a month. For each tenth of a per cent below, one fortieth of the fee is credited.
Reporting: A report on the work done is sent by the fifth day of the following month and counts as accepted unless the {first} objects within {days} days.

Non-disclosure agreement: discloser, recipient
- drawings and samples of a new bicycle gear
- the figures of a company that is for sale
- recipes and supplier lists
- measurements of a wind farm that is being planned
Confidential information: Confidential is whatever is marked so, and whatever a prudent merchant would treat so, whether it was said, shown or sent.
Duty of care: The {second} keeps it as carefully as its own secrets, shows it only to people who need it for the purpose, and names them on request.
Penalty: Each breach costs a penalty of {amount}. The right to claim further damages remains.
Return: Within {days} days after a request, all copies are returned or destroyed, except for one in the archive of the legal department.

Purchase contract: seller, buyer
- a used offset printing press, built in 2011
- forty oak barrels of 225 litres
- a delivery van with its shelves
- two hundred solar modules with their mountings
Price: The price is {amount}, of which a third is paid on signature and the rest on delivery.
Delivery: Delivery is free to {city} on or before {date}. The risk passes when the goods are unloaded.
Retention of title: The goods remain the property of the {first} until they are paid in full.
Defects: The {second} examines the goods on arrival and reports visible defects within {days} days. For hidden ones the period is {months} months.

Loan agreement: lender, borrower
- the renovation of a guest house
- the purchase of a harvester
- working capital for the coming season
- the extension of a workshop
Amount: The {first} lends {amount}, paid out in one sum within {days} days after signature.
Interest: The loan bears interest of 3.75 per cent a year, payable at the end of each quarter.
Repayment: It is repaid in equal instalments over {months} months, beginning on {date}. Earlier repayment is possible at any time and costs nothing.
Security: As a security the {second} assigns its claims against its customers up to the amount outstanding.

Licence agreement: licensor, licensee
- the software for the planning of routes, in its present version
- photographs of the botanical garden
- a patent for a watertight zip
- the translation of a cookery book
Grant: The {second} may use the work in Europe, without the right to pass it on. The licence is not exclusive.
Royalties: Royalties are six per cent of net sales, and at least {amount} a year, accounted for within {days} days after each half-year.
Support: Errors that prevent the use are removed within three working days, others with the next release.
Naming: The author is named wherever the work appears, in a size that can be read.`
  .split('\n\n')
  .map((kind) => parseKind(kind.split('\n')))

/** What any contract may say. */
export const COMMON: readonly Clause[] =
  `Term and notice: This contract begins on {date} and runs for {months} months. It is prolonged by a year unless one of the parties gives notice in writing at least {days} days before its end.
Liability: Each party is liable for intent and gross negligence. In other cases liability is limited to {amount} for each event.
Force majeure: Whoever is prevented by flood, fire, strike or an order of the authorities informs the other side without delay, and is released for as long as that lasts.
Data protection: Personal data are used for this contract only and erased when the law no longer asks that they be kept.
Written form: Changes are valid in writing only. An electronic signature is enough.
Severability: If a provision is void, the others remain. The parties replace it by one that comes closest to what they wanted.
Mediation: Before anyone goes to court, the parties try to agree with the help of a mediator in {city}.
Jurisdiction: The courts of {city} have jurisdiction. The contract is subject to the law of that place, without its rules on conflicts of law.`
    .split('\n')
    .map(parseClause)
