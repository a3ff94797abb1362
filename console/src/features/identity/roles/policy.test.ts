import { describe, expect, it } from 'vitest'
import { byResource, copyOf, differences, emptyPolicy } from './policy'

describe('roles', () => {
  it('finds where two differ and nothing else', () => {
    const [left, right] = [emptyPolicy(), emptyPolicy()]
    expect(differences(left, right)).toEqual([])
    right.permissions.push('audit.read')
    right.scope.who = ['unassigned', 'own'] // another order is the same
    right.fields.phone = 'hidden'
    right.conditions.networks = ['10.0.0.0/8']
    expect(differences(left, right).map(one => one.what)).toEqual(['permission:audit.read', 'field:phone', 'condition:networks'])
  })

  it('copies without sharing', () => {
    const policy = emptyPolicy()
    copyOf(policy).scope.who.push('all')
    expect(policy.scope.who).toEqual(['own', 'unassigned'])
  })

  it('groups permissions by what they are about', () => {
    const one = (name: string) => ({ name, resource: name.split('.')[0]!, duty: null, scoped: false, sensitive: false, own: true })
    expect(byResource([one('contacts.read'), one('tags.manage'), one('contacts.edit')]).map(group => [group.resource, group.items.length])).toEqual([['contacts', 2], ['tags', 1]])
  })
})
