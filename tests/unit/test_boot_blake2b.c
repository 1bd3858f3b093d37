// SPDX-License-Identifier: MIT
//
// boot/blake2b.c against digests that Python's hashlib gave: lengths around the block's, where a mistake in
// the last block would show. The bytes are i * 7 for each i.

#include "unit.h"
#include "../../boot/blake2b.h"
#include <string.h>

static const struct {
    size_t length;
    const char *digest;
} cases[] = {
    {0, "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
        "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce"},
    {1, "2fa3f686df876995167e7c2e5d74c4c7b6e48f8068fe0e44208344d480f7904c"
        "36963e44115fe3eb2a3ac8694c28bcb4f5a0f3276f2e79487d8219057a506e4b"},
    {64, "4f22eb776750038601ce338252d5e411027c097e78024cbe220355392e5bb324"
         "68fdb0ebba193436d781f4fa9d6eca6c6a8479aad634038cc8880cdd13c22d7d"},
    {127, "08b38d2c2a521e8a819cdca2d43b52df46768623ff2a89e8cbf5a0095e9873d8"
          "714e9f0f94bda6c0f43731a465769f5b4a978bc0efa8e0ccf8a37d901d3265b5"},
    {128, "0be555525cf1e0b9b74d2a743dd1ee3164b1de36feaa6084a1d054af06a50913"
          "46d6a2be5068fd5c612e0f8cbcefaacac2f5b309226bfc28817916fbc3ef0b23"},
    {129, "31f95aa8eb1487ce670bc3c0c60ef98b83b7d7d88ff6b7d719fdc8838f301785"
          "591eed59d633b5f47b73aa828cf2dcdc775fc92c0de005ae9b7922b0f3251885"},
    {255, "89375d001b6041e7e98dcfeb29ebb93c4e79ea803af4edf6882eb360fc21e719"
          "7ccefabc8a758ec5c45d27c9fb27fcfcc3ff06353c8ff2e69be5e5634a911c81"},
    {256, "f8517f3d1accbf944ef17fc76662f7d91e6bbff44a7c5a0ed63bc52d177810f5"
          "dee0881ae4541269f230ae91b0c4f8d8c9fa1fd094280e5ed38bc7da95427820"},
    {257, "557107f675d4f77c880522bf50dfbcc2cc03b794ed72528493b98de2d01a59e8"
          "2b17436aea0de48d1d0bb9592ae8adcc0fc28f251539be63d5eeaaf37da20374"},
    {1000, "b49dc7bf928d7dee879fafc64c1c93088810acc1f4a02264c4c09809c0f3dbc7"
           "71e25e2dedce3dbbc0640da14af9fe42fb42b02c9fdff701b817f22192b7b2db"},
};

static uint8_t bytes[1024];

static void test_digests(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < array_length(cases); i++)
        assert_true(blake2b_matches(bytes, cases[i].length, cases[i].digest));
}

static void test_differences(void **state) {
    (void)state;
    char digest[2 * BLAKE2B_SIZE + 1];
    for (size_t i = 0; i < 2 * BLAKE2B_SIZE; i++) {
        strcpy(digest, cases[0].digest);
        digest[i] = digest[i] == '0' ? '1' : '0';
        assert_false(blake2b_matches(bytes, cases[0].length, digest));
        digest[i] = 'x';
        assert_false(blake2b_matches(bytes, cases[0].length, digest));
    }
    for (size_t i = 0; i < 2 * BLAKE2B_SIZE; i++)
        digest[i] = (char)(cases[0].digest[i] >= 'a' ? cases[0].digest[i] - 'a' + 'A' : cases[0].digest[i]);
    assert_true(blake2b_matches(bytes, cases[0].length, digest));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_digests), cmocka_unit_test(test_differences)};
    return cmocka_run_group_tests_name("boot_blake2b", tests, NULL, NULL);
}
