// Circular doubly linked lists whose links live inside the objects they link.
#pragma once

#include "types.h"

struct list {
    struct list *next, *prev;
};

#define LIST_INIT(name)                                                                            \
    {                                                                                              \
        &(name), &(name)                                                                           \
    }

// The object of type `type` whose member `member` is at `ptr`.
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#define list_for_each(pos, head)                                                                   \
    for (struct list *pos = (head)->next; pos != (head); pos = pos->next)

// The same, for a body that may remove `pos`.
#define list_for_each_safe(pos, head)                                                              \
    for (struct list *pos = (head)->next, *pos##_next = pos->next; pos != (head);                  \
         pos = pos##_next, pos##_next = pos->next)

static inline void list_init(struct list *l)
{
    l->next = l;
    l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
    return l->next == l;
}

static inline void list_insert_between(struct list *item, struct list *before, struct list *after)
{
    item->prev = before;
    item->next = after;
    before->next = item;
    after->prev = item;
}

static inline void list_push_front(struct list *head, struct list *item)
{
    list_insert_between(item, head, head->next);
}

static inline void list_push_back(struct list *head, struct list *item)
{
    list_insert_between(item, head->prev, head);
}

// Takes an item off its list and leaves it linked to itself, so that removing twice is harmless.
static inline void list_remove(struct list *item)
{
    item->prev->next = item->next;
    item->next->prev = item->prev;
    list_init(item);
}

// Moves all items of `from` behind those of `head`.
static inline void list_append(struct list *head, struct list *from)
{
    if (list_empty(from))
        return;
    head->prev->next = from->next;
    from->next->prev = head->prev;
    head->prev = from->prev;
    from->prev->next = head;
    list_init(from);
}

// => the first item, removed; NULL if the list is empty.
static inline struct list *list_pop_front(struct list *head)
{
    if (list_empty(head))
        return NULL;
    struct list *item = head->next;
    list_remove(item);
    return item;
}
