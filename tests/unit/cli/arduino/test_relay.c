/* SPDX-License-Identifier: MIT */
/* The data of the IDE's serial monitor, between a socket in place of a tty and a TCP client. */
#include "../cli_test.h"

#include <arpa/inet.h>
#include <cli/arduino/relay.h>
#include <core/array.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MANY = 100000, /* more than the relay and a port with little room can buffer */
    SETTLED_MS = 5,
};

struct pair {
    struct relay relay;
    int board;  /* the other end of the port */
    int client; /* the IDE's end of the connection */
    int port, connection;
};

/* Opens a server on this machine; its address has OPEN's form. */
static int listen_at(char *address, size_t size)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof at;
    int server = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(server >= 0);
    assert_int_equal(bind(server, (struct sockaddr *)&at, length), 0);
    assert_int_equal(listen(server, 1), 0);
    assert_int_equal(getsockname(server, (struct sockaddr *)&at, &length), 0);
    snprintf(address, size, "127.0.0.1:%u", ntohs(at.sin_port));
    return server;
}

static struct pair *pair_new(void)
{
    struct pair *pair = calloc(1, sizeof *pair);
    struct boot0_error error = {.code = BOOT0_OK};
    const int little = 1;
    char address[32];
    int ends[2], server = listen_at(address, sizeof address);

    assert_non_null(pair);
    assert_int_equal(relay_connect(address, &pair->connection, &error), BOOT0_OK);
    pair->client = accept(server, NULL, NULL);
    close(server);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pair->port = ends[0];
    pair->board = ends[1];
    setsockopt(pair->port, SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    relay_start(&pair->relay, pair->port, pair->connection);
    return pair;
}

static void pair_free(struct pair *pair)
{
    close(pair->port);
    close(pair->connection);
    if (pair->board >= 0)
        close(pair->board);
    if (pair->client >= 0)
        close(pair->client);
    free(pair);
}

static bool found(const struct b0_poll *ask)
{
    return ask->has_in || ask->has_out || ask->is_gone;
}

/* Moves data until nothing changes any more. */
static enum relay_end settle(struct pair *pair)
{
    struct b0_poll asks[RELAY_ASK_COUNT];

    for (;;) {
        enum relay_end end;

        relay_ask(&pair->relay, asks);
        assert_true(b0_poll(asks, RELAY_ASK_COUNT, SETTLED_MS));
        if (!found(&asks[RELAY_ASK_PORT]) && !found(&asks[RELAY_ASK_CLIENT]))
            return RELAY_GOES_ON;
        end = relay_move(&pair->relay, asks);
        if (end != RELAY_GOES_ON)
            return end;
    }
}

static void put(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void expect(int fd, const char *text)
{
    char bytes[64] = "";

    assert_int_equal(recv(fd, bytes, sizeof bytes - 1, MSG_DONTWAIT), strlen(text));
    assert_string_equal(bytes, text);
}

static void test_both_ways(void **state)
{
    struct pair *pair = pair_new();

    (void)state;
    for (int i = 0; i < 3; i++) {
        put(pair->board, "hello");
        put(pair->client, "keys");
        assert_int_equal(settle(pair), RELAY_GOES_ON);
        expect(pair->client, "hello");
        expect(pair->board, "keys");
    }
    pair_free(pair);
}

/* Data that one side does not read is neither lost nor delays the other direction. */
static void test_slow(void **state)
{
    struct pair *pair = pair_new();
    uint8_t chunk[1000], wanted = 0;
    size_t sent = 0, got = 0;

    (void)state;
    while (got < MANY) {
        ssize_t moved;

        for (size_t i = 0; i < sizeof chunk; i++)
            chunk[i] = (uint8_t)((sent + i) % 251);
        moved = sent < MANY ? send(pair->client, chunk, sizeof chunk, MSG_DONTWAIT) : 0;
        sent += moved > 0 ? (size_t)moved : 0;
        put(pair->board, "x");
        assert_int_equal(settle(pair), RELAY_GOES_ON);
        expect(pair->client, "x");
        if (sent < (size_t)4 * RELAY_BUFFER_SIZE)
            continue; /* nothing reads yet */
        while ((moved = recv(pair->board, chunk, sizeof chunk, MSG_DONTWAIT)) > 0)
            for (ssize_t i = 0; i < moved; i++, got++, wanted = (uint8_t)((wanted + 1) % 251))
                assert_int_equal(chunk[i], wanted);
    }
    pair_free(pair);
}

static void test_ends(void **state)
{
    struct pair *pair = pair_new();

    (void)state;
    put(pair->board, "last words");
    close(pair->board);
    pair->board = -1;
    assert_int_equal(settle(pair), RELAY_PORT_GONE);
    expect(pair->client, "last words");
    pair_free(pair);

    pair = pair_new();
    put(pair->client, "last keys");
    close(pair->client);
    pair->client = -1;
    assert_int_equal(settle(pair), RELAY_CLIENT_GONE);
    expect(pair->board, "last keys");
    pair_free(pair);

    pair = pair_new();
    put(pair->client, "then CLOSE");
    relay_finish(&pair->relay);
    expect(pair->board, "then CLOSE");
    pair_free(pair);
}

static void test_addresses(void **state)
{
    static const char *const bad[] = {
        "",
        ":",
        "127.0.0.1",
        "127.0.0.1:",
        ":80",
        "[]:80",
        "[:80",
        "]:80",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:99999999999999999999",
        "127.0.0.1:-1",
        "127.0.0.1: 80",
        "127.0.0.1:80x",
        "192.0.2.1:80",
        "[2001:db8::1]:80",
        "localhost:80",
        "127.0.0.1127.0.0.1127.0.0.1127.0.0.1127.0.0.1127.0.0.1127.0.0.1127.0.0.1:80",
    };
    struct boot0_error error = {.code = BOOT0_OK};
    char address[32];
    int client, server = listen_at(address, sizeof address);

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(bad); i++)
        assert_int_equal(relay_connect(bad[i], &client, &error), BOOT0_E_USAGE);
    close(server); /* nothing listens there any more */
    assert_int_equal(relay_connect(address, &client, &error), BOOT0_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways),
        cmocka_unit_test(test_slow),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
