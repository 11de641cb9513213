// POSIX threads: a mutex, a condition variable, thread-local storage, results.
#include <pthread.h>
#include <stdio.h>

#define THREADS 8
#define ROUNDS  1000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_here = PTHREAD_COND_INITIALIZER;
static int here;
static long sum;
static __thread int own;

static void *run(void *arg)
{
    pthread_mutex_lock(&lock);
    if (++here == THREADS)
        pthread_cond_broadcast(&all_here);
    while (here < THREADS)
        pthread_cond_wait(&all_here, &lock);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        sum++;
        pthread_mutex_unlock(&lock);
        own++;
    }
    return (void *)(long)(own + (long)arg);
}

int main(void)
{
    pthread_t thread[THREADS];
    long results = 0;
    for (long i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, run, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(thread[i], &result);
        results += (long)result;
    }
    printf("sum %ld, results %ld, own %d\n", sum, results, own);
    return 0;
}
